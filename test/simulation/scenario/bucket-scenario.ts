/**
 * The scenario of a run with a bucket: processes on two hosts upload streams to the keys of one bucket, with one catalog. Then
 * the faults cease, and everything must succeed, or is refused because an object exists.
 */
import { dirname } from 'node:path/posix'
import { drawChanged } from '../actors/content.js'
import { CATALOG, type BucketEnvironment } from '../actors/environment.js'
import { launch, type Outcome } from '../actors/launch.js'
import { Ledger } from '../actors/ledger.js'
import { putObject } from '../actors/put-object.js'
import { BucketModel } from '../bucket/bucket-model.js'
import { SimDisk } from '../disk/sim-disk.js'
import { ServiceError, type ServiceErrorReason } from '../../../lib/errors.js'
import { checkAllOfBucket } from '../invariants/check-all-of-bucket.js'
import { ALL_KINDS } from '../world/faults.js'
import { Host } from '../world/host.js'
import type { World } from '../world/world.js'
import { drawKeyStreams, playBucketRound, type KeyStream } from './bucket-rounds.js'
import { passing } from './passing.js'

/** The runs after which a stream must be stored. */
const MAX_RUNS = 3
/** Longer than the heartbeat of a lock may be silent, and than any request is on the way. */
const PAUSE_MS = 3_600_000

/** Plays the scenario in a world, and checks all invariants. */
export async function runBucketScenario(world: World): Promise<void> {
  const { choices, faults } = world
  const env = bucketEnvironment(world)
  const streams = drawKeyStreams(world)
  const rounds = choices.pick('rounds', [2, 1, 3, 4], 0.6)
  for (let round = 1; round <= rounds; round++) {
    await playBucketRound(env, streams, round)
    const minutes = choices.pick(`round-${round}/pause-min`, [0, 1, 30, 600], 0.4)
    await passing(world, 60_000 * minutes)
  }
  checkAllOfBucket(env)
  faults.cease()
  world.note('faults', () => 'have ceased')
  await passing(world, PAUSE_MS)
  for (const stream of streams) await finishStream(env, stream)
  checkAllOfBucket(env)
  world.reached('run finished')
}

function bucketEnvironment(world: World): BucketEnvironment {
  const disk = new SimDisk(world)
  disk.makeFolder(dirname(CATALOG))
  return {
    ...{ world, disk, service: new BucketModel(world), table: new Map() },
    ...{ hosts: [new Host('alpha'), new Host('beta')], ledger: new Ledger() },
    ...{ kinds: new Set(ALL_KINDS.filter((kind) => world.faults.rate(kind) > 0)) },
    ...{ sources: new Map(), overwriting: new Map() },
  }
}

/** Resumes a stream until it is stored, or is refused: an object exists, or a stored volume is not there any more. */
async function finishStream(env: BucketEnvironment, { key, content }: KeyStream): Promise<void> {
  const { world, hosts, ledger } = env
  const { choices } = world
  const name = `final-${key}`
  const drawn = choices.happens(`${name}/changed`, 0.2) ? drawChanged(world, name, content) : content
  const source = drawn.bytes.length > 0 ? drawn : { name, bytes: Buffer.of(1) }
  const host = hosts[choices.pick(`${name}/host`, [0, 1], 0.2)] as Host
  const overwrite = choices.happens(`${name}/overwrite`, 0.5)
  const before = ledger.stored.length
  let last: Outcome<unknown> | undefined
  for (let run = 1; run <= MAX_RUNS && ledger.stored.length === before; run++)
    last = await launch(env, `${name}-${run}`, host, (process, signal) =>
      putObject(env, process, signal, { key, content: source, resume: true, overwrite }),
    )
  if (ledger.stored.length > before) return
  const refusals = overwrite ? LOST_VOLUME : [...LOST_VOLUME, 'exists' as const]
  if (last?.state === 'failed' && refusals.some((reason) => hasReason(last.error, reason))) {
    world.reached('refused by an object')
    return
  }
  const reason = last?.state === 'failed' ? (last.error as Error).message : last?.state
  world.fail('three runs succeed when faults have ceased', `${name}: ${reason}`)
}

/** The reasons for which a stream is not resumed whose stored volume was replaced or deleted. */
const LOST_VOLUME = ['object-changed', 'object-not-found'] as const

/** Whether an error, or its cause, has a reason. */
function hasReason(error: unknown, reason: ServiceErrorReason): boolean {
  if (!(error instanceof Error)) return false
  return (error instanceof ServiceError && error.reason === reason) || hasReason(error.cause, reason)
}
