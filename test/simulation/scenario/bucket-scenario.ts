/**
 * The scenario of a run with a bucket: processes on two hosts upload streams to the keys of one bucket and retrieve them, with
 * one catalog. Then the faults cease, and everything must succeed, or is refused because an object exists.
 */
import { dirname } from 'node:path/posix'
import { CATALOG, OUTPUT, type BucketEnvironment } from '../actors/environment.js'
import { Ledger } from '../actors/ledger.js'
import { BucketModel } from '../bucket/bucket-model.js'
import { SimDisk } from '../disk/sim-disk.js'
import { checkAllOfBucket } from '../invariants/check-all-of-bucket.js'
import { bucketClientOf } from '../network/client-of.js'
import { ALL_KINDS } from '../world/faults.js'
import { Host } from '../world/host.js'
import type { World } from '../world/world.js'
import { finishFiles, finishRetrieval, finishStream } from './bucket-finish.js'
import { drawKeyStreams, playBucketRound } from './bucket-rounds.js'
import { passing } from './passing.js'

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
    const minutes = choices.pick(`round-${round}/pause-min`, [0, 1, 30, 600, 3000], 0.4)
    await passing(world, 60_000 * minutes)
  }
  checkAllOfBucket(env)
  faults.cease()
  world.note('faults', () => 'have ceased')
  await passing(world, PAUSE_MS)
  for (const stream of streams) {
    await finishStream(env, stream)
    await finishRetrieval(env, stream)
  }
  await finishFiles(env)
  checkAllOfBucket(env)
  world.reached('run finished')
}

function bucketEnvironment(world: World): BucketEnvironment {
  const disk = new SimDisk(world)
  disk.makeFolder(dirname(CATALOG))
  disk.makeFolder(OUTPUT)
  return {
    ...{ world, disk, service: new BucketModel(world), table: new Map() },
    ...{ hosts: [new Host('alpha'), new Host('beta')], ledger: new Ledger() },
    ...{ kinds: new Set(ALL_KINDS.filter((kind) => world.faults.rate(kind) > 0)) },
    ...{ sources: new Map(), overwriting: new Map(), clientOf: bucketClientOf },
  }
}
