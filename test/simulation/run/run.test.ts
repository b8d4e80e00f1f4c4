import t from 'tap'
import type { World } from '../world/world.js'
import { runScenario } from './example-scenario.js'
import { runSeed, type RunResult } from './run.js'

/** All that a run leaves behind. */
function textsOf({ trace, choices, failure, events, simulatedMs, faults }: RunResult): unknown {
  return { trace: trace?.lines, choices, failure, events, simulatedMs, faults: [...faults] }
}

t.test('a seed gives the same run alone and among others', async (t) => {
  const seeds = Array.from({ length: 64 }, (_, index) => index)
  const together = await Promise.all(seeds.map((seed) => runSeed(seed, runScenario, { records: true })))
  for (const result of together) {
    const alone = await runSeed(result.seed, runScenario, { records: true })
    t.strictSame(textsOf(result), textsOf(alone), `seed ${result.seed}`)
  }
  t.ok(new Set(together.map(({ trace }) => trace?.lines.join('\n'))).size > 32, 'seeds differ')
})

t.test('recording changes nothing', async (t) => {
  for (let seed = 0; seed < 64; seed++) {
    const plain = await runSeed(seed, runScenario)
    const recorded = await runSeed(seed, runScenario, { records: true })
    t.strictSame([plain.events, plain.failure], [recorded.events, recorded.failure])
    t.strictSame([plain.choices, plain.trace], [[], undefined])
  }
})

t.test('a run that waits for nothing that can happen breaks an invariant', async (t) => {
  const { failure } = await runSeed(1, () => new Promise(() => undefined))
  t.equal(failure?.invariant, 'settles')
})

t.test('a run that never comes to an end breaks an invariant', async (t) => {
  const everyMs =
    (delayMs: number) =>
    ({ scheduler }: World): Promise<void> => {
      const repeat = (): void => {
        scheduler.after(delayMs, repeat)
      }
      repeat()
      return new Promise(() => undefined)
    }
  t.equal((await runSeed(1, everyMs(0))).failure?.invariant, 'ends')
  t.equal((await runSeed(1, everyMs(86_400_000))).failure?.invariant, 'ends')
})

t.test('a scenario that rejects breaks an invariant', async (t) => {
  const { failure } = await runSeed(1, async () => {
    throw new Error('the scenario has a fault')
  })
  t.equal(failure?.invariant, 'scenario')
  t.match(failure?.message, 'the scenario has a fault')
})
