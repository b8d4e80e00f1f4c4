import { EventEmitter, once } from 'node:events'
import t, { type Test } from 'tap'
import type { HashOrder } from '../../lib/tree-hash/hash-worker.js'

type Module = typeof import('../../lib/tree-hash/worker-handle.js')

const order: HashOrder = { fd: 0, start: 0, end: 1 }
const answer = { digests: Buffer.alloc(32), size: 1 }

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
    'node:worker_threads': { Worker: FakeWorker },
  })
}

function made(index = 0): FakeWorker {
  return FakeWorker.made[index] as FakeWorker
}

t.test('a thread holds the process exactly while an answer is waited for', async (t) => {
  const { ThreadHandle } = await fresh(t)
  const thread = new ThreadHandle()
  t.strictSame(FakeWorker.made, [], 'none is started before there is an order')
  const both = [thread.hash(order), thread.hash(order)]
  t.equal(thread.orders, 2)
  t.ok(made().holdsProcess)
  made().emit('message', answer)
  t.equal(await both[0], answer)
  t.ok(made().holdsProcess)
  made().emit('message', undefined)
  t.equal(await both[1], undefined, 'the file could not be read')
  t.notOk(made().holdsProcess)
  const third = thread.hash(order)
  t.ok(made().holdsProcess)
  made().emit('message', answer)
  t.equal(await third, answer)
  t.equal(FakeWorker.made.length, 1)
})

t.test(
  'an answer that is no longer wanted holds nothing up, and is not taken for the next one',
  async (t) => {
    const { ThreadHandle } = await fresh(t)
    const thread = new ThreadHandle()
    const ending = new AbortController()
    const unwanted = thread.hash(order, ending.signal)
    ending.abort()
    t.equal(await unwanted, undefined)
    t.notOk(made().holdsProcess)
    t.equal(thread.orders, 1, 'the thread is still at it')
    const wanted = thread.hash(order, new AbortController().signal)
    t.ok(made().holdsProcess)
    made().emit('message', { ...answer, size: 7 })
    made().emit('message', answer)
    t.equal(await wanted, answer)
    t.equal(await thread.hash(order, ending.signal), undefined, 'nothing is asked for after the signal')
    t.equal(thread.orders, 0)
  },
)

t.test('a thread without orders is ended after a while, and started again for the next', async (t) => {
  const { ThreadHandle } = await fresh(t)
  const warnings = t.capture(process, 'emitWarning')
  const thread = new ThreadHandle(0)
  const first = thread.hash(order)
  made().emit('message', answer)
  await first
  while (!made().isTerminated) await new Promise((resolve) => setTimeout(resolve))
  const second = thread.hash(order)
  made(1).emit('message', answer)
  t.equal(await second, answer)
  t.strictSame(warnings(), [], 'which is no failure')
})

t.test('a thread that dies or cannot start answers nothing, and one warning tells of it', async (t) => {
  const failures: Record<string, () => void> = {
    'an error': () => made().emit('error', new Error('out of memory')),
    'an end without an error': () => made().emit('exit', 0),
    'an answer that cannot be read': () => made().emit('messageerror', new Error('out of memory')),
  }
  for (const [what, fail] of Object.entries(failures)) {
    const { ThreadHandle, canRunThreads } = await fresh(t)
    const warnings = t.capture(process, 'emitWarning')
    const thread = new ThreadHandle()
    const waiting = [thread.hash(order), thread.hash(order)]
    t.ok(canRunThreads())
    fail()
    t.strictSame(await Promise.all(waiting), [undefined, undefined], what)
    t.ok(made().isTerminated)
    t.notOk(canRunThreads())
    t.equal(thread.orders, 0)
    t.equal(await thread.hash(order), undefined)
    t.equal(await new ThreadHandle().hash(order), undefined, 'no other is started')
    t.equal(FakeWorker.made.length, 1)
    t.match(warnings(), [{ args: [/cannot run/, { code: 'GLACIER_PIPE_NO_THREADS' }] }])
    warnings.restore()
  }
})

t.test('where the runtime refuses to start a thread, that is the same', async (t) => {
  const { ThreadHandle, canRunThreads } = await fresh(t)
  FakeWorker.refused = new Error('Access to this API has been restricted.')
  const warnings = t.capture(process, 'emitWarning')
  t.equal(await new ThreadHandle().hash(order), undefined)
  t.notOk(canRunThreads())
  t.equal(await new ThreadHandle().hash(order), undefined)
  t.match(warnings(), [{ args: [/has been restricted/, { code: 'GLACIER_PIPE_NO_THREADS' }] }])
})

t.test('the failures of two threads at once are one warning', async (t) => {
  const { ThreadHandle } = await fresh(t)
  const warnings = t.capture(process, 'emitWarning')
  const both = [new ThreadHandle().hash(order), new ThreadHandle().hash(order)]
  for (const worker of FakeWorker.made) worker.emit('error', new Error('no file'))
  t.strictSame(await Promise.all(both), [undefined, undefined])
  t.equal(warnings().length, 1)
})

t.test('a thread of the built package gets none of the flags of the process', async (t) => {
  const { flagsFor } = await fresh(t)
  t.strictSame(flagsFor('file:///dist/tree-hash/thread-handle.js'), [])
  t.strictSame(flagsFor('file:///lib/tree-hash/thread-handle.ts'), process.execArgv)
})

t.test('a real thread that ends in the middle is noticed', async (t) => {
  const { Worker } = await import('node:worker_threads')
  class EndingWorker extends Worker {
    constructor() {
      super('require("node:worker_threads").parentPort.on("message", () => process.exit(0))', { eval: true })
    }
  }
  const { ThreadHandle } = await t.mockImport<Module>('../../lib/tree-hash/worker-handle.js', {
    'node:worker_threads': { Worker: EndingWorker },
  })
  const warned = once(process, 'warning')
  t.equal(await new ThreadHandle().hash(order), undefined)
  t.match(await warned, [{ code: 'GLACIER_PIPE_NO_THREADS', message: /exit code 0/ }])
})
