import t from 'tap'
import type { Scenario } from '../run/run.js'
import { report } from '../run/uncaught.js'
import { turn } from '../world/scheduler.js'
import { runSeeds } from './run-seeds.js'

/** One seed has an error that no code catches. */
const scenario: Scenario = async (world) => {
  await turn()
  if (world.seed === 3) report(new Error('not caught'))
  world.reached('end')
}

t.test(
  'an error that is not caught is a failure of its own seed, whatever runs at the same time',
  async (t) => {
    const { seeds, failed, milestones } = await runSeeds(
      { from: 0, count: 8, network: 'port', atOnce: 8 },
      scenario,
    )
    t.equal(seeds, 8)
    t.strictSame(
      failed.map(({ seed, failure }) => [seed, failure.invariant]),
      [[3, 'uncaught']],
    )
    t.strictSame([...milestones], [['end', 8]])
  },
)
