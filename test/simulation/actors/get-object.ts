/** `get` from a bucket: retrieves the objects of a stream, to a consumer or to a file. They are restored before, if needed. */
import type { RetrievalPlanOptions } from '../../../lib/retrieve/retrieval-plan.js'
import { parseObjectAddress } from '../../../lib/s3/s3-address.js'
import { S3Store } from '../../../lib/s3/s3-store.js'
import type { Tier } from '../../../lib/store/retrieval-store.js'
import { contentsAt } from '../bucket/retrieval/stream-contents.js'
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'
import { LIMITS } from '../world/world.js'
import type { BucketEnvironment } from './environment.js'
import type { StoredStream } from './ledger.js'
import { BUCKET } from './put-object.js'
import { retrieveFile, retrieveStream, type RetrievalTask } from './retrieval.js'

const TIERS = ['Standard', 'Bulk'] as const
const QUICK_TIERS = ['Standard', 'Bulk', 'Expedited'] as const
/** How likely a retrieval is stopped at each write of its file, if processes are at all. */
const STOPPED_SHARE = 0.15

/** Retrieves a stream, or a range of it, and consumes it. */
export function getObjectStream(
  env: BucketEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  stored: StoredStream,
): Promise<void> {
  return retrieveStream(env, process, signal, taskOf(env, process, stored))
}

/** Retrieves a stream into a file. Whatever is at the keys, the file is the same. */
export function getObjectFile(
  env: BucketEnvironment,
  process: SimProcess,
  signal: AbortSignal,
  stored: StoredStream,
): Promise<void> {
  const ids = stored.archives.map(({ archiveId }) => archiveId)
  return retrieveFile(env, process, signal, taskOf(env, process, stored), {
    name: encodeURIComponent(ids.join('+')),
    onWrite: (abort) => {
      maybeStop(process, abort)
    },
    vaultName: `s3://${BUCKET}`,
  })
}

/** Ends a retrieval while its file is written, so that the next one continues it: few calls of a process are at that time. */
function maybeStop(process: SimProcess, abort: () => void): void {
  const { world, name } = process
  const { faults, choices } = world
  const shareOf = (kind: FaultKind): number => (faults.rate(kind) > 0 ? STOPPED_SHARE : 0)
  if (choices.happens(`${name}/write/killed`, shareOf('killed'))) process.kill()
  if (!choices.happens(`${name}/write/aborted`, shareOf('aborted'))) return
  world.note(name, () => 'is stopped by its user')
  faults.tookEffect('aborted')
  abort()
}

function taskOf(env: BucketEnvironment, process: SimProcess, stored: StoredStream): RetrievalTask {
  const { runtime, world, name } = process
  const [first] = stored.archives
  const key = keyOf(first?.archiveId ?? '')
  return {
    stored,
    makeStore: () => {
      const client = env.clientOf(process, env.service)
      const restoreDays = world.choices.pick(`${name}/restore-days`, [1, 2], 0.3)
      return new S3Store(
        { client, bucket: BUCKET, key, restoreDays, now: () => runtime.wallClock.now() },
        LIMITS,
      )
    },
    drawPlan: (isWhole) => drawPlan(env, process, stored, isWhole),
    contentsOf: ({ archiveHashes }) =>
      archiveHashes ? [stored.content.bytes] : contentsAt(env.service, stored),
  }
}

function drawPlan(
  { service }: BucketEnvironment,
  { world, name }: SimProcess,
  { archives }: StoredStream,
  isWhole: boolean,
): RetrievalPlanOptions {
  const { choices } = world
  const isKnown = !choices.happens(`${name}/knows-ids-only`, isWhole ? 0.3 : 0)
  // As the command does, which looks at the objects before: only some classes have the fastest tier.
  const isQuick = archives.every(({ archiveId }) => {
    const { storageClass, archiveStatus } = service.objectAt(keyOf(archiveId)) ?? {}
    return (archiveStatus ?? storageClass)?.startsWith('DEEP_ARCHIVE') === false
  })
  return {
    archiveId: archives.map(({ archiveId }) => archiveId),
    archiveSizes: isKnown ? archives.map(({ size }) => size) : undefined,
    archiveHashes: isKnown ? archives.map(({ hash }) => hash) : undefined,
    // The parts decide. The command has no such option.
    rangeSize: choices.pick(`${name}/range-size`, [0, 16, 64], 0.1) || undefined,
    memory: LIMITS.maxPartSize * choices.pick(`${name}/memory-parts`, [6, 4, 9], 0.5),
    concurrency: choices.pick(`${name}/concurrency`, [8, 1, 2], 0.3),
    tier: choices.pick<Tier>(
      `${name}/tier`,
      isQuick ? QUICK_TIERS : TIERS,
      world.faults.rate('restore-refused') > 0 ? 0.9 : 0.5,
    ),
  }
}

/** The key of an archive in the bucket of the run. */
export function keyOf(archiveId: string): string {
  return parseObjectAddress(archiveId)?.key ?? ''
}
