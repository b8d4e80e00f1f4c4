import { createHash } from 'node:crypto'
import t from 'tap'
import { NotFoundError, ServiceError } from '../../lib/errors.js'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import type { ListedPart } from '../../lib/store/archive-store.js'
import { fetchRange, type FetchContext } from '../../lib/retrieve/fetch-range.js'
import type { JobSchedule } from '../../lib/retrieve/jobs/job-schedule.js'
import type { RetrievalJob } from '../../lib/retrieve/jobs/retrieval-job.js'
import { verifiedOutput, type OutputContext } from '../../lib/retrieve/verified-output.js'
import type { VerifiedRange } from '../../lib/retrieve/verified-range.js'
import { MIB } from '../../lib/sizes.js'
import type { ByteHasher } from '../../lib/store/hash-scheme.js'
import type { Job, JobOutput, StoreOutputRequest } from '../../lib/store/retrieval-store.js'
import { ProgressMeter } from '../../lib/transfer/progress.js'
import { Retry } from '../../lib/transfer/retry.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { settled } from '../helpers/gate.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

/** A policy that makes each request once. */
class Once extends Retry {
  override run<Result>(request: () => Promise<Result>): Promise<Result> {
    return request()
  }
}
const once = new Once({})

function meter(): ProgressMeter {
  return new ProgressMeter(new VirtualClock(), () => undefined, undefined)
}

async function* bodyOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array, void, undefined> {
  for (const chunk of chunks) yield await Promise.resolve(chunk)
}

t.test('a range is fetched with its size and the hash that the service states', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const treeHash = treeHashOf(bytes)
  const halves = [bytes.subarray(0, MIB), bytes.subarray(MIB)]
  const request = { jobId: 'job', range: { start: MIB, end: 3 * MIB } }
  const progress = meter()
  const fetched = (output: JobOutput, known?: string): unknown => {
    const store: FetchContext['store'] = {
      hashes: treeHashScheme(),
      getJobOutput: (seen) => {
        t.equal(seen, request)
        return Promise.resolve(output)
      },
    }
    return fetchRange({ store, retry: once, progress }, request, known)
  }
  t.strictSame(await fetched({ body: bodyOf(...halves), hash: treeHash }), {
    ...{ chunks: halves, size: 2 * MIB, hash: treeHash },
  })
  t.equal(progress.progress.sentBytes, 2 * MIB)
  t.match(await fetched({ body: bodyOf(bytes), hash: undefined }, treeHash), { hash: treeHash })
  await t.rejects(fetched({ body: bodyOf(bytes), hash: undefined }) as Promise<unknown>, {
    ...{ code: 'ERR_HASH_MISMATCH', scope: 'range', expected: undefined, actual: treeHash },
    message: /bytes 1048576-3145727 of the output of job job/,
  })
  await t.rejects(fetched({ body: bodyOf(bytes), hash: 'ff' }, treeHash) as Promise<unknown>, {
    ...{ code: 'ERR_HASH_MISMATCH', expected: 'ff', actual: treeHash },
  })
  await t.rejects(fetched({ body: bodyOf(bytes.subarray(1)), hash: treeHash }) as Promise<unknown>, {
    ...{ code: 'ERR_SIZE_MISMATCH', expected: 2 * MIB, actual: 2 * MIB - 1 },
  })
  await t.rejects(fetched({ body: bodyOf(bytes, Buffer.alloc(1)), hash: treeHash }) as Promise<unknown>, {
    ...{ code: 'ERR_SIZE_MISMATCH', expected: 2 * MIB, actual: 2 * MIB + 1 },
  })
})

/** An output of several ranges of 1 MiB, and what is noted of its reading. */
class Output {
  readonly requests: StoreOutputRequest[] = []
  readonly progressed: [end: number, fetchedBytes: number][] = []
  readonly progress = meter()
  readonly renewed: string[] = []
  aborted = 0
  inFlight = 0
  mostInFlight = 0
  held: VerifiedRange[] = []
  parts: ListedPart[] | undefined
  beginHash: (() => ByteHasher) | undefined
  job: Job
  /** Runs before a range is sent. */
  before: (request: StoreOutputRequest) => unknown = () => undefined
  readonly #bytes: Buffer

  constructor(bytes: Buffer, more: Partial<Job> = {}) {
    this.#bytes = bytes
    this.job = {
      ...{ jobId: 'job', action: 'ArchiveRetrieval', status: 'Succeeded', archiveId: 'a' },
      ...{ archiveSize: bytes.length, archiveHash: treeHashOf(bytes), range: undefined },
      ...more,
    } as Job
  }

  /** Reads the output as chunks of text positions: the bytes, and the hash of each range. */
  async read(
    requestedRange?: { start: number; end: number },
    offset = 0,
    concurrency = 2,
  ): Promise<{ bytes: Buffer; hashes: string[]; sizes: number[] }> {
    const context: OutputContext = {
      store: { hashes: treeHashScheme(), getJobOutput: (request) => this.#send(request) },
      ...{ retry: once, progress: this.progress, signal: new AbortController().signal },
      abort: () => this.aborted++,
      plan: { options: {}, rangeSize: MIB, memory: 8 * MIB, concurrency },
      schedule: {
        progressed: (...args) => this.progressed.push(args),
      } as Partial<JobSchedule> as JobSchedule,
      held: this.held,
    }
    const renewable: Partial<RetrievalJob> = {
      renew: ({ jobId }) => {
        this.renewed.push(jobId)
        return Promise.resolve({ ...this.job, jobId: `${jobId}+` })
      },
    }
    const result = { bytes: Buffer.alloc(0), hashes: [] as string[], sizes: [] as number[] }
    const { parts, beginHash } = this
    const ready = this.job
    const output = { job: renewable as RetrievalJob, ready, offset, requestedRange, parts, beginHash }
    for await (const { chunks, size, hash } of verifiedOutput(output, context)) {
      result.bytes = Buffer.concat([result.bytes, ...chunks])
      if (hash !== undefined) result.hashes.push(hash)
      result.sizes.push(size)
    }
    return result
  }

  /** The held ranges of the first ranges of the output. */
  holding(count: number, offset = 0): void {
    this.held = Array.from({ length: count }, (_, i) => ({
      start: offset + i * MIB,
      end: offset + (i + 1) * MIB,
      hash: treeHashOf(this.#bytes.subarray(i * MIB, (i + 1) * MIB)),
    }))
  }

  async #send(request: StoreOutputRequest): Promise<JobOutput> {
    this.requests.push(request)
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight)
    try {
      await settled(1)
      await this.before(request)
      const bytes = this.#bytes.subarray(request.range.start, request.range.end)
      return { body: bodyOf(bytes), hash: treeHashOf(bytes) }
    } finally {
      this.inFlight--
    }
  }
}

t.test('an output is fetched in ranges, several at once, and read in order', async (t) => {
  const bytes = patternBytes(4 * MIB + 5)
  const output = new Output(bytes)
  const read = await output.read()
  t.ok(read.bytes.equals(bytes))
  t.strictSame(read.sizes, [MIB, MIB, MIB, MIB, 5])
  t.equal(output.mostInFlight, 2)
  t.strictSame(
    output.requests.map(({ range, jobId, outputSize }) => [range.start, range.end, jobId, outputSize]),
    [0, 1, 2, 3, 4].map((i) => [i * MIB, Math.min((i + 1) * MIB, bytes.length), 'job', bytes.length]),
  )
  t.strictSame(
    output.progressed,
    [0, 1, 2, 3, 4].map((i) => [Math.min((i + 1) * MIB, bytes.length), i < 4 ? MIB : 5]),
  )
  t.match(output.progress.progress, { doneBytes: bytes.length, skippedBytes: 0, partsDone: 5 })
  t.equal(output.aborted, 0)
})

t.test('only the requested bytes of an output are handed on and counted', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const range = { start: 4 * MIB, end: 8 * MIB }
  const output = new Output(bytes, { archiveSize: 9 * MIB, range, hash: treeHashOf(bytes) })
  const read = await output.read({ start: MIB + 7, end: 3 * MIB - 9 })
  t.ok(read.bytes.equals(bytes.subarray(MIB + 7, 3 * MIB - 9)))
  t.strictSame(read.sizes, [MIB - 7, MIB - 9])
  t.strictSame(read.hashes, [
    treeHashOf(bytes.subarray(MIB, 2 * MIB)),
    treeHashOf(bytes.subarray(2 * MIB, 3 * MIB)),
  ])
  t.equal(output.progress.progress.doneBytes, 2 * MIB - 16)
  t.strictSame(new Set(output.requests.map(({ outputSize }) => outputSize)), new Set([undefined]))
  t.strictSame(output.progressed.at(-1), [4 * MIB, MIB])
})

t.test('held ranges are not fetched, and belong to the hash of the output', async (t) => {
  const bytes = patternBytes(3 * MIB)
  for (const offset of [0, 5 * MIB]) {
    const output = new Output(bytes)
    output.holding(2, offset)
    const read = await output.read(undefined, offset)
    t.ok(read.bytes.equals(bytes.subarray(2 * MIB)))
    t.strictSame(
      output.requests.map(({ range }) => range.start),
      [2 * MIB],
    )
    t.strictSame(output.progressed, [
      [MIB, 0],
      [2 * MIB, 0],
      [3 * MIB, MIB],
    ])
    t.match(output.progress.progress, { doneBytes: 3 * MIB, skippedBytes: 2 * MIB, partsSkipped: 2 })
    t.strictSame(output.held, [])
  }
  const all = new Output(bytes)
  all.holding(3)
  t.equal((await all.read()).bytes.length, 0)
  t.strictSame(all.requests, [])
  const wrong = new Output(bytes, { archiveHash: 'ff' })
  wrong.holding(3)
  await t.rejects(wrong.read(), { code: 'ERR_HASH_MISMATCH', scope: 'archive', expected: 'ff' })
  for (const change of [{ start: 1 }, { end: 2 * MIB }]) {
    const other = new Output(bytes)
    other.holding(1)
    other.held = other.held.map((range) => ({ ...range, ...change }))
    await t.rejects(other.read(), { code: 'ERR_HASH_MISMATCH', scope: 'archive', expected: undefined })
    t.strictSame(other.requests, [])
  }
})

t.test('the last range is not handed on before the hash of the whole output is right', async (t) => {
  const output = new Output(patternBytes(3 * MIB), { archiveHash: 'ff' })
  await t.rejects(output.read(), {
    ...{ code: 'ERR_HASH_MISMATCH', scope: 'archive', expected: 'ff' },
    ...{ actual: treeHashOf(patternBytes(3 * MIB)), message: /the archive of job job/ },
  })
  t.strictSame(
    output.progressed.map(([end]) => end),
    [MIB, 2 * MIB],
  )
})

t.test('a range that fails ends the other requests, and they are waited for', async (t) => {
  const output = new Output(patternBytes(3 * MIB))
  output.before = async ({ range }) => {
    if (range.start === 0) throw new Error('broken')
    await settled()
  }
  await t.rejects(output.read(), { message: 'broken' })
  t.equal(output.aborted, 1)
  t.equal(output.inFlight, 0)
  t.equal(output.requests.length, 2)
})

t.test('a job that is gone is renewed once for all ranges in flight', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const output = new Output(bytes)
  output.before = ({ jobId, range }) => {
    const details = { operation: 'GetJobOutput', serviceCode: 'ResourceNotFoundException', status: 404 }
    if (jobId === 'job' && range.start >= MIB) throw new NotFoundError('gone', details)
  }
  t.ok((await output.read(undefined, 0, 3)).bytes.equals(bytes))
  t.strictSame(output.renewed, ['job'])
  t.strictSame(
    output.requests.flatMap(({ jobId, range }) => (jobId === 'job+' ? range.start / MIB : [])).sort(),
    [1, 2, 3, 4],
  )
  const broken = new Output(bytes)
  broken.before = () => {
    throw new ServiceError('no', { operation: 'GetJobOutput', serviceCode: 'Denied', status: 403 })
  }
  await t.rejects(broken.read(), { code: 'ERR_SERVICE' })
  t.strictSame(broken.renewed, [], 'only a job that is gone is renewed')
})

t.test('a part without bytes is not fetched, and the archive is whole without it', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const output = new Output(bytes)
  const [first, second] = [bytes.subarray(0, MIB), bytes.subarray(MIB)].map((half) => treeHashOf(half))
  const empty = { hash: 'e'.repeat(64) }
  output.parts = [
    { start: 0, end: MIB, hash: String(first) },
    { start: MIB, end: 2 * MIB, hash: String(second) },
    { start: 2 * MIB, end: 2 * MIB, ...empty },
  ]
  output.job = { ...output.job, archiveHash: 'f'.repeat(64) } // that of all three
  t.ok((await output.read()).bytes.equals(bytes))
  t.equal(output.requests.length, 2)
})

t.test(
  'an output without hashes of its ranges is handed on, but for its last range until all give its hash',
  async (t) => {
    const bytes = patternBytes(3 * MIB + 5)
    const hash = createHash('md5').update(bytes).digest('hex')
    const late = (archiveHash: string): Output => {
      const output = new Output(bytes, { archiveHash })
      output.beginHash = () => {
        const md5 = createHash('md5')
        return { update: (chunk) => md5.update(chunk), digest: () => md5.digest('hex') }
      }
      return output
    }
    const right = late(hash)
    const read = await right.read()
    t.ok(read.bytes.equals(bytes))
    t.strictSame([read.sizes, read.hashes], [[MIB, MIB, MIB, 5], []])
    t.equal(right.mostInFlight, 2)
    const wrong = late('ff')
    await t.rejects(wrong.read(), {
      code: 'ERR_HASH_MISMATCH',
      scope: 'archive',
      expected: 'ff',
      actual: hash,
    })
    t.strictSame(
      wrong.progressed.map(([end]) => end),
      [MIB, 2 * MIB, 3 * MIB],
    )
    const held = late(hash)
    held.holding(1)
    await t.rejects(held.read(), { code: 'ERR_HASH_MISMATCH', scope: 'archive' })
    t.strictSame(held.requests, [], 'its hash needs all bytes')
  },
)
