import t from 'tap'
import { runSeed, type RunResult } from './run/run.js'
import { prepareNetwork, runScenario } from './scenario.js'
import { NETWORKS } from './world/world.js'

const scenario = Object.assign(runScenario, { prepare: prepareNetwork })

/** All that a run leaves behind. */
function textsOf({ trace, choices, failure, events, simulatedMs, faults, milestones }: RunResult): unknown {
  return {
    trace: trace?.lines,
    choices,
    failure,
    events,
    simulatedMs,
    faults: [...faults],
    milestones: [...milestones],
  }
}

t.test('a seed gives the same steps alone and among others, and with and without a record', async (t) => {
  const seeds = Array.from({ length: 16 }, (_, index) => 1000 + index)
  for (const network of NETWORKS) {
    const run = (seed: number, records: boolean): Promise<RunResult> =>
      runSeed(seed, scenario, { network, records })
    const isSlow = network === 'sdk' || network === 'bucket-sdk'
    const together = await Promise.all(seeds.slice(0, isSlow ? 4 : 16).map((seed) => run(seed, true)))
    for (const { seed, ...result } of together.slice(0, isSlow ? 2 : 4)) {
      const alone = await run(seed, true)
      t.strictSame(textsOf({ seed, ...result }), textsOf(alone), `seed ${seed} of ${network}`)
      const { events, failure } = await run(seed, false)
      t.strictSame([events, failure], [alone.events, alone.failure], `seed ${seed} without a record`)
    }
  }
})
