import { EventEmitter, once } from 'node:events'
import t, { type Test } from 'tap'
import type { HashJob } from '../../lib/tree-hash/hash-worker.js'

type Module = typeof import('../../lib/tree-hash/worker-handle.js')

const job: HashJob = { kind: 'file', fd: 0, start: 0, end: 1, leafSize: 1 }
const result = { digests: Buffer.alloc(32), size: 1 }

/** Stands in for a worker: the test answers. */
class FakeWorker extends EventEmitter {
  static made: FakeWorker[] = []
  /** Fails the start of a worker. */
  static refused: Error | undefined
  holdsProcess = true
  isTerminated = false

  constructor() {
    super()
    if (FakeWorker.refused) throw FakeWorker.refused
    FakeWorker.made.push(this)
  }
  ref(): void {
    this.holdsProcess = true
  }
  unref(): void {
    this.holdsProcess = false
  }
  postMessage(): void {
    // the test answers
  }
  async terminate(): Promise<void> {
    this.isTerminated = true
    this.emit('exit', 1)
  }
}

/** The module with fake workers, none of which has failed yet. */
async function fresh(t: Test): Promise<Module> {
  FakeWorker.made = []
  FakeWorker.refused = undefined
  return t.mockImport<Module>('../../lib/tree-hash/worker-handle.js', {
    '../../lib/tree-hash/hash-thread.js': { startHashThread: () => new FakeWorker() },
  })
}

function made(index = 0): FakeWorker {
  return FakeWorker.made[index] as FakeWorker
}

t.test('a worker keeps the process alive exactly while a result is awaited', async (t) => {
  const { WorkerHandle } = await fresh(t)
  const handle = new WorkerHandle()
  t.strictSame(FakeWorker.made, [], 'no worker is started before the first job')
  const both = [handle.hash(job), handle.hash(job)]
  t.equal(handle.pendingJobs, 2)
  t.ok(made().holdsProcess)
  made().emit('message', result)
  t.equal(await both[0], result)
  t.ok(made().holdsProcess)
  made().emit('message', undefined)
  t.equal(await both[1], undefined, 'the file could not be read')
  t.notOk(made().holdsProcess)
  const third = handle.hash(job)
  t.ok(made().holdsProcess)
  made().emit('message', result)
  t.equal(await third, result)
  t.equal(FakeWorker.made.length, 1)
})

t.test(
  'a result that is no longer awaited holds nothing up, and is not taken for the next one',
  async (t) => {
    const { WorkerHandle } = await fresh(t)
    const handle = new WorkerHandle()
    const ending = new AbortController()
    const unwanted = handle.hash(job, ending.signal)
    ending.abort()
    t.equal(await unwanted, undefined)
    t.notOk(made().holdsProcess)
    t.equal(handle.pendingJobs, 1, 'the worker still does the job')
    const awaited = handle.hash(job, new AbortController().signal)
    t.ok(made().holdsProcess)
    made().emit('message', { ...result, size: 7 })
    made().emit('message', result)
    t.equal(await awaited, result)
    t.equal(await handle.hash(job, ending.signal), undefined, 'no job is given after the signal')
    t.equal(handle.pendingJobs, 0)
  },
)

t.test('a worker without jobs is ended after a while, and started again for the next one', async (t) => {
  const { WorkerHandle } = await fresh(t)
  const warnings = t.capture(process, 'emitWarning')
  const handle = new WorkerHandle(0)
  const first = handle.hash(job)
  made().emit('message', result)
  await first
  while (!made().isTerminated) await new Promise((resolve) => setTimeout(resolve))
  const second = handle.hash(job)
  made(1).emit('message', result)
  t.equal(await second, result)
  t.strictSame(warnings(), [], 'which is no failure')
})

t.test('the time without a job after which a worker is ended is that of the handle', async (t) => {
  const { WorkerHandle } = await fresh(t)
  const timers = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
  for (const idleMs of [undefined, 7]) {
    const done = new WorkerHandle(idleMs).hash(job)
    FakeWorker.made.at(-1)?.emit('message', result)
    await done
  }
  t.match(timers(), [{ args: [Function, 10_000] }, { args: [Function, 7] }])
})

t.test('a worker is not ended while it has a job, awaited or not', async (t) => {
  const { WorkerHandle } = await fresh(t)
  const timers = t.capture(globalThis, 'setTimeout', globalThis.setTimeout)
  const handle = new WorkerHandle(0)
  const ending = new AbortController()
  const both = [handle.hash(job), handle.hash(job, ending.signal)]
  made().emit('message', result)
  ending.abort()
  await Promise.all(both)
  t.strictSame(timers(), [])
  made().emit('message', result)
  t.equal(timers().length, 1)
})

t.test('a worker that dies or cannot start has no results, and one warning reports it', async (t) => {
  const failures: Record<string, () => void> = {
    'an error': () => made().emit('error', new Error('out of memory')),
    'an end without an error': () => made().emit('exit', 0),
    'a result that cannot be read': () => made().emit('messageerror', new Error('out of memory')),
  }
  for (const [what, fail] of Object.entries(failures)) {
    const { WorkerHandle, canRunWorkers } = await fresh(t)
    const warnings = t.capture(process, 'emitWarning')
    const handle = new WorkerHandle()
    const waiting = [handle.hash(job), handle.hash(job)]
    t.ok(canRunWorkers())
    fail()
    t.strictSame(await Promise.all(waiting), [undefined, undefined], what)
    t.ok(made().isTerminated)
    t.notOk(canRunWorkers())
    t.equal(handle.pendingJobs, 0)
    t.equal(await handle.hash(job), undefined)
    t.equal(await new WorkerHandle().hash(job), undefined, 'no other is started')
    t.equal(FakeWorker.made.length, 1)
    made().emit('message', result) // on its way when the worker died
    t.match(warnings(), [{ args: [/cannot run/, { code: 'GLACIER_PIPE_NO_THREADS' }] }])
    warnings.restore()
  }
})

t.test('a worker that the runtime refuses to start is treated in the same way', async (t) => {
  const { WorkerHandle, canRunWorkers } = await fresh(t)
  FakeWorker.refused = new Error('Access to this API has been restricted.')
  const warnings = t.capture(process, 'emitWarning')
  t.equal(await new WorkerHandle().hash(job), undefined)
  t.notOk(canRunWorkers())
  t.equal(await new WorkerHandle().hash(job), undefined)
  t.match(warnings(), [{ args: [/has been restricted/, { code: 'GLACIER_PIPE_NO_THREADS' }] }])
})

t.test('the failures of two workers at once are one warning', async (t) => {
  const { WorkerHandle } = await fresh(t)
  const warnings = t.capture(process, 'emitWarning')
  const both = [new WorkerHandle().hash(job), new WorkerHandle().hash(job)]
  for (const worker of FakeWorker.made) worker.emit('error', new Error('no file'))
  t.strictSame(await Promise.all(both), [undefined, undefined])
  t.equal(warnings().length, 1)
})

t.test('a worker of the built package gets none of the flags of the process', async (t) => {
  const { flagsFor } = await import('../../lib/runtime/module-flags.js')
  t.strictSame(flagsFor('file:///dist/core.js'), [])
  t.strictSame(flagsFor('file:///lib/runtime/module-flags.ts'), process.execArgv)
})

t.test('a real worker that ends in the middle is noticed', async (t) => {
  const { Worker } = await import('node:worker_threads')
  class EndingWorker extends Worker {
    constructor() {
      super('require("node:worker_threads").parentPort.on("message", () => process.exit(0))', { eval: true })
    }
  }
  const { WorkerHandle } = await t.mockImport<Module>('../../lib/tree-hash/worker-handle.js', {
    '../../lib/tree-hash/hash-thread.js': { startHashThread: () => new EndingWorker() },
  })
  const warned = once(process, 'warning')
  t.equal(await new WorkerHandle().hash(job), undefined)
  t.match(await warned, [{ code: 'GLACIER_PIPE_NO_THREADS', message: /exit code 0/ }])
})
