import { createHash } from 'node:crypto'
import { EventEmitter } from 'node:events'
import t, { type Test } from 'tap'
import type { Digests, HashJob, HashResult, MemoryJob } from '../../lib/tree-hash/hash-worker.js'
import { patternBytes } from '../helpers/pattern-source.js'

const bytes = patternBytes(100)

function digestOf(start: number, end: number): string {
  return createHash('sha256').update(bytes.subarray(start, end)).digest('hex')
}

/** The digests of a result, in hex. */
function digestsOf(result: HashResult): string[] {
  const { digests } = result as Digests
  const hex = Buffer.from(digests).toString('hex')
  return Array.from({ length: digests.length / 32 }, (_, i) => hex.slice(64 * i, 64 * (i + 1)))
}

/** What reads from a file: it returns at most `maxBytes` at once, as a disk may. */
function readerOf(file: Uint8Array, maxBytes: number) {
  return (fd: number, target: Uint8Array, offset: number, length: number, position: number): number => {
    if (fd !== 1) throw new Error('EBADF')
    const read = file.subarray(position, position + Math.min(length, maxBytes))
    target.set(read, offset)
    return read.length
  }
}

/** Loads the module as in a thread; the function gives it a job and returns the result. */
async function worker(t: Test, maxBytes = 100): Promise<(job: HashJob) => HashResult> {
  const results: HashResult[] = []
  const parentPort = Object.assign(new EventEmitter(), {
    postMessage: (result: HashResult) => void results.push(result),
  })
  await t.mockImport('../../lib/tree-hash/hash-worker.js', {
    'node:worker_threads': { parentPort },
    'node:fs': { readSync: readerOf(bytes, maxBytes) },
  })
  return (job) => {
    results.length = 0
    parentPort.emit('message', job)
    t.equal(results.length, 1, 'each job has one result')
    return results[0]
  }
}

/** A job over bytes that have others in front of them and behind them. */
function memoryJob(job: Partial<MemoryJob>): MemoryJob {
  const memory = new SharedArrayBuffer(bytes.length)
  new Uint8Array(memory).set(bytes)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  return { kind: 'leaves', memory, start: 10, end: 80, leafSize: 32, stop, ...job }
}

t.test('a worker makes the digest of each leaf, or one of all bytes', async (t) => {
  const hash = await worker(t)
  const leaves = hash(memoryJob({}))
  t.strictSame(digestsOf(leaves), [digestOf(10, 42), digestOf(42, 74), digestOf(74, 80)])
  t.equal(leaves?.size, 70)
  t.strictSame(digestsOf(hash(memoryJob({ end: 74 }))), [digestOf(10, 42), digestOf(42, 74)])
  const linear = hash(memoryJob({ kind: 'linear' }))
  t.strictSame(digestsOf(linear), [digestOf(10, 80)])
  t.equal(linear?.size, 70)
})

t.test('a job that is stopped has no result', async (t) => {
  const hash = await worker(t)
  const stop = new Int32Array(new SharedArrayBuffer(4))
  stop[0] = 1
  for (const kind of ['leaves', 'linear'] as const) t.equal(hash(memoryJob({ kind, stop })), undefined)
})

t.test('leaves of a file are full, however few bytes a read returns', async (t) => {
  for (const maxBytes of [100, 32, 31, 1]) {
    const hash = await worker(t, maxBytes)
    const inFile = { kind: 'file', fd: 1, start: 10, leafSize: 32 } as const
    for (const [end, size] of [
      [80, 70],
      [74, 64],
      [100, 90],
      [1000, 90],
    ] as const) {
      const result = hash({ ...inFile, end })
      const expected: string[] = []
      for (let at = 10; at < 10 + size; at += 32) expected.push(digestOf(at, Math.min(at + 32, 10 + size)))
      t.strictSame(digestsOf(result), expected, `to ${end}, ${maxBytes} bytes in each read`)
      t.equal(result?.size, size)
    }
    t.match(hash({ ...inFile, start: 100, end: 200 }), { digests: { length: 0 }, size: 0 }, 'behind the end')
  }
})

t.test('a file that cannot be read has no result', async (t) => {
  const hash = await worker(t)
  t.equal(hash({ kind: 'file', fd: 2, start: 0, end: 10, leafSize: 32 }), undefined)
})
