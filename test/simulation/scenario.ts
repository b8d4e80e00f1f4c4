/**
 * The scenario of a run: processes on two hosts upload streams to one vault and retrieve them, with one catalog. They are
 * disturbed for some rounds. Then the faults cease, and everything must succeed.
 */
import { checkAll } from './invariants/check-all.js'
import { runBucketScenario } from './scenario/bucket-scenario.js'
import { finish } from './scenario/finish.js'
import { makeEnvironment } from './scenario/make-environment.js'
import { playRound } from './scenario/rounds.js'
import { drawStreams } from './scenario/streams.js'
import { passing } from './scenario/passing.js'
import { isOfBucket, type World } from './world/world.js'

export { prepareNetwork } from './network/client-of.js'

/** Plays the scenario of a world's service, and checks all invariants. */
export function runScenario(world: World): Promise<void> {
  return isOfBucket(world.network) ? runBucketScenario(world) : runVaultScenario(world)
}

async function runVaultScenario(world: World): Promise<void> {
  const { choices, faults } = world
  const env = makeEnvironment(world)
  const streams = drawStreams(world)
  const rounds = choices.pick('rounds', [2, 1, 3, 4], 0.6)
  for (let round = 1; round <= rounds; round++) {
    await playRound(env, streams, round)
    await passing(world, 60_000 * drawPause(world, round))
  }
  checkAll(env)
  faults.cease()
  world.note('faults', () => 'have ceased')
  await finish(env, streams)
  checkAll(env)
  world.reached('run finished')
}

/** The minutes between two rounds. If uploads or jobs can expire, it is usually more than a day. */
function drawPause({ choices, faults }: World, round: number): number {
  const mayExpire = faults.rate('upload-expired') > 0 || faults.rate('job-expired') > 0
  const name = `round-${round}/pause-min`
  return mayExpire
    ? choices.pick(name, [1500, 0, 30, 4500], 0.5)
    : choices.pick(name, [0, 1, 30, 600, 1500, 4500], 0.4)
}
