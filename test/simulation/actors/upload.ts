/** The upload of a stream to any store, with the real parts of the engine, as the command does it. */
import { Catalog } from '../../../lib/catalog/catalog.js'
import { selectStream } from '../../../lib/selection/select-stream.js'
import type { StreamIdentity } from '../../../lib/selection/stream-owner.js'
import type { ArchiveStore } from '../../../lib/store/archive-store.js'
import type { Archive } from '../../../lib/store/archive.js'
import { ArchiveWriter } from '../../../lib/upload/archive-writer.js'
import { sendSource } from '../../../lib/upload/send-source.js'
import { heldBytes, planUpload, type UploadPlanOptions } from '../../../lib/upload/upload-plan.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import { checkTakenOver } from '../invariants/locks-are-respected.js'
import { watchOwnership } from '../invariants/only-owners-act.js'
import type { Content } from './content.js'
import { CATALOG, type SharedEnvironment } from './environment.js'
import { hashPool } from './hashing.js'
import { maybeThrow } from './listeners.js'
import { drawSource } from './source.js'
import { WatchedMemory } from './watched-memory.js'

/** The task of an upload. */
export interface UploadTask {
  readonly content: Content
  /** Whether the newest unfinished stream is resumed. */
  readonly resume: boolean
  /** The upload to resume. */
  readonly uploadId?: string | undefined
}

/** Where a stream is stored. */
export interface UploadTarget {
  readonly store: ArchiveStore
  readonly identity: StreamIdentity
  /** The description of a new stream; `undefined` if it has none. */
  readonly description: string | undefined
  /** Notes a success, and checks it, while the process still owns the stream. */
  readonly stored: (archives: readonly Archive[]) => void
}

/** Uploads a stream. Resolves to its archives. */
export async function upload(
  env: SharedEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  task: UploadTask,
  target: UploadTarget,
): Promise<readonly Archive[]> {
  const catalog = await Catalog.openOn(process.runtime, CATALOG)
  try {
    return await uploadWith(env, process, signal, task, target, catalog)
  } finally {
    await catalog.close()
  }
}

async function uploadWith(
  env: SharedEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  { content, resume, uploadId }: UploadTask,
  { store, identity, description, stored }: UploadTarget,
  catalog: Catalog,
): Promise<readonly Archive[]> {
  const { world, name, runtime } = process
  const { choices } = world
  const isResumed = resume || uploadId !== undefined
  // A stream with a name is resumed in any case: its parts must fit into the memory.
  const hasRoom = isResumed && (identity.name !== undefined || uploadId !== undefined)
  const options = drawPlan(process, content, hasRoom, isResumed)
  const retryFor = choices.pick(`${name}/retry-min`, [360, 0, 1, 60], 0.3) * 60_000
  const note = (line: string): void => {
    world.note(name, () => line)
  }
  const selected = await selectStream({
    ...{ identity, catalog, store, source: drawSource(process, content), uploadId, resume, retryFor },
    ...{ memory: planUpload(options, LIMITS).memory, partSize: options.partSize },
    ...{ signal, runtime, note, warn: note },
    onRetry: () => undefined,
  })
  const { lock, journal, point, source } = selected
  watchOwnership(env, process)
  if (lock.previous) {
    checkTakenOver(env, process, String(lock.previous.startTime))
    world.reached(lock.wasElsewhere ? 'lock taken over from another host' : 'lock taken over')
  }
  try {
    const planned = point ? { ...options, partSize: point.partSize, expectedSize: undefined } : options
    const plan = planUpload(planned, LIMITS)
    const writer = new ArchiveWriter({
      ...{ store, plan, resumePoint: point, description: point ? point.description : description },
      sourceSize: choices.happens(`${name}/knows-size`, 0.3) ? content.bytes.length : undefined,
      ...{ runtime, hashPool, journal, retryFor, limitRate: undefined, signal },
      onFailure: choices.happens(`${name}/aborts-on-failure`, world.faults.rate('paused') > 0 ? 0.5 : 0.2)
        ? 'abort'
        : 'keep',
      partMemory: new WatchedMemory(plan.partSize, heldBytes(plan) / plan.partSize, (invariant, message) => {
        world.fail(invariant, `${name}: ${message}`)
      }),
    })
    follow(process, writer, plan.concurrency)
    const archives = await sendSource(source, writer, {
      hashThreads: choices.pick(`${name}/hash-threads`, [2, 0, 1], 0.2),
    })
    stored(archives)
    return archives
  } finally {
    await lock.release()
  }
}

/**
 * @param hasRoom - whether parts of any size fit into the memory
 * @param isResumed - whether parts of any size may have been sent
 */
function drawPlan(
  { world, name }: SimProcess,
  { bytes }: Content,
  hasRoom: boolean,
  isResumed: boolean,
): UploadPlanOptions & { readonly partSize: number } {
  const { choices } = world
  const partSize = choices.pick(`${name}/part-size`, [16, 32, 64], 0.5)
  const maxParts = choices.pick(`${name}/max-parts`, [6, 2, 1, 4], 0.2)
  return {
    partSize,
    memory:
      (hasRoom ? LIMITS.maxPartSize : partSize) * choices.pick(`${name}/memory-parts`, [6, 4, 5, 9], 0.5),
    concurrency: choices.pick(`${name}/concurrency`, [8, 1, 2], 0.3),
    maxArchiveSize: (isResumed ? LIMITS.maxPartSize : partSize) * maxParts,
    expectedSize: choices.happens(`${name}/expects-size`, 0.2) ? bytes.length : undefined,
  }
}

/** Listens to a writer. Some listeners throw. */
function follow(process: SimProcess, writer: ArchiveWriter, concurrency: number): void {
  const { world, name } = process
  const check = (): void => {
    if (process.requests > concurrency)
      world.fail('requests stay within the concurrency', `${name} makes ${process.requests} requests at once`)
  }
  writer.on('progress', check)
  writer.on('initiated', () => {
    maybeThrow(process, 'initiated')
  })
  writer.on('part', () => {
    check()
    maybeThrow(process, 'part')
  })
  writer.on('archive', () => {
    world.reached('archive stored')
    maybeThrow(process, 'archive')
  })
}
