/** The retrieval of a stream from any store, to a consumer or to a file, with the real parts of the engine. */
import { ArchiveReader, type RetrievalContext } from '../../../lib/retrieve/archive-reader.js'
import { ArchiveDownload } from '../../../lib/retrieve/file/archive-download.js'
import type { RangeHasher } from '../../../lib/retrieve/file/range-hasher.js'
import { planRetrieval, type RetrievalPlanOptions } from '../../../lib/retrieve/retrieval-plan.js'
import type { RetrievalStore } from '../../../lib/store/retrieval-store.js'
import { checkVerified } from '../invariants/ranges-are-verified.js'
import type { SimProcess } from '../world/sim-process.js'
import { consume } from './consumer.js'
import { OUTPUT, type SharedEnvironment } from './environment.js'
import type { StoredStream } from './ledger.js'
import { maybeThrow } from './listeners.js'

/** A stream to retrieve. */
export interface RetrievalTask {
  readonly stored: StoredStream
  /** Makes the store of the process. */
  readonly makeStore: () => RetrievalStore
  /**
   * Draws the plan.
   *
   * @param isWhole - whether all of the stream is retrieved: then nothing else need be known than the IDs
   */
  readonly drawPlan: (isWhole: boolean) => RetrievalPlanOptions
  /** The streams that the archives of a plan may be, now or at any time. */
  readonly contentsOf: (options: RetrievalPlanOptions) => readonly Buffer[]
}

/** Retrieves a stream, or a range of it, and consumes it. */
export async function retrieveStream(
  env: SharedEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  task: RetrievalTask,
): Promise<void> {
  const range = drawRange(process, task.stored.content.bytes.length)
  const options = { ...task.drawPlan(range === undefined), range }
  const reader = new ArchiveReader(contextOf(process, signal, task, options))
  let ranges = 0
  reader.on('range', () => {
    checkVerified(env, process, ++ranges)
    maybeThrow(process, 'range')
  })
  reader.on('ready', () => {
    maybeThrow(process, 'ready')
  })
  reader.on('progress', () => {
    checkRequests(process, reader)
  })
  await consume(process, reader, () =>
    task.contentsOf(options).map((bytes) => (range ? bytes.subarray(range.start, range.end) : bytes)),
  )
  env.world.reached('stream retrieved')
}

/** A file to retrieve into. */
export interface RetrievedFile {
  /** The name of the file. */
  readonly name: string
  /** The vault, or the bucket, in the notes of the file. */
  readonly vaultName: string
  /** Makes the hasher of the file; default: that of the engine. */
  readonly makeHasher?: (() => RangeHasher) | undefined
  /** Called at each write once bytes are handed on, with a function that ends the retrieval; default: nothing. */
  readonly onWrite?: ((abort: () => void) => void) | undefined
}

/** Retrieves a stream into a file. */
export async function retrieveFile(
  env: SharedEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  task: RetrievalTask,
  { name, vaultName, makeHasher, onWrite }: RetrievedFile,
): Promise<void> {
  const { archives, content } = task.stored
  const archiveIds = archives.map(({ archiveId }) => archiveId)
  const path = `${OUTPUT}/${name}`
  const options = task.drawPlan(true)
  const isAny = options.archiveHashes === undefined
  env.ledger.files.push({ path, bytes: content.bytes, stored: task.stored, isAny })
  const download = new ArchiveDownload(() => ({
    ...contextOf(process, signal, task, options),
    ...{ lockRuntime: process.runtime, file: path, content: { vaultName, archiveIds } },
    ...{ rangeOptions: options, makeHasher },
  }))
  let ranges = 0
  download.on('range', () => {
    checkVerified(env, process, ++ranges)
  })
  download.on('held', () => {
    env.world.reached('file resumed')
  })
  const before = process.onCall
  if (onWrite)
    process.onCall = (what) => {
      before(what)
      if (what === 'write' && ranges > 0)
        onWrite(() => {
          download.abort()
        })
    }
  await download
  if (!env.disk.exists(path))
    env.world.fail('a retrieved file has its name', `${process.name} has not made ${path}`)
  env.world.reached('file retrieved')
}

function contextOf(
  { runtime, name, world }: SimProcess,
  signal: AbortSignal,
  { makeStore }: RetrievalTask,
  options: RetrievalPlanOptions,
): RetrievalContext {
  const store = makeStore()
  return {
    store,
    plan: planRetrieval(options, store),
    runtime,
    retryFor: world.choices.pick(`${name}/retry-min`, [360, 0, 1, 60], 0.3) * 60_000,
    signal,
  }
}

/** A range of the stream, or `undefined` for all of it. */
function drawRange({ world, name }: SimProcess, size: number): { start: number; end: number } | undefined {
  const { choices } = world
  if (!choices.happens(`${name}/gets-range`, 0.2)) return undefined
  const start = choices.between(`${name}/range-start`, 0, size - 1)
  return { start, end: start + choices.between(`${name}/range-length`, size - start, 1) }
}

function checkRequests({ requests, name, world }: SimProcess, { plan }: ArchiveReader): void {
  // Besides the ranges, a job may be described or started ahead.
  if (requests > plan.concurrency + 1)
    world.fail('requests stay within the concurrency', `${name} makes ${requests} requests at once`)
}
