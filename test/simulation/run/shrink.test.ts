import t from 'tap'
import { listText, parseList, runList } from './choice-list.js'
import { runScenario } from './example-scenario.js'
import { runSeed, type RunResult } from './run.js'
import { shrink } from './shrink.js'

async function failedRun(): Promise<RunResult> {
  for (let seed = 0; ; seed++) {
    const result = await runSeed(seed, runScenario, { records: true })
    if (result.failure && result.choices.length > 4) return result
  }
}

t.test('a failed run is reduced to the choices that it needs', async (t) => {
  const found = await failedRun()
  const { list, result } = await shrink(found, runScenario)
  t.equal(result?.failure?.invariant, 'scenario')
  t.equal(list.choices.length, 2, 'a lost request, and a pause')
  t.strictSame([...list.kinds].sort(), ['paused', 'request-lost'])
  t.match(list.broke, /^scenario: /)
  t.strictSame(result?.choices, list.choices)
})

t.test('a list that was written to a file repeats the run exactly', async (t) => {
  const found = await failedRun()
  const { list, result } = await shrink(found, runScenario)
  const again = await runList(parseList(listText(list)), runScenario, true)
  t.strictSame(again.trace?.lines, result?.trace?.lines)
  t.strictSame(again.failure, result?.failure)
  t.strictSame(again.unapplied, [])
})

t.test('the list of all recorded choices repeats the run of a seed exactly', async (t) => {
  for (let seed = 0; seed < 100; seed++) {
    const { choices, kinds, trace, network, failure } = await runSeed(seed, runScenario, { records: true })
    const again = await runList({ broke: '', seed, network, kinds, choices }, runScenario, true)
    t.strictSame([again.trace?.lines, again.failure], [trace?.lines, failure], `seed ${seed}`)
  }
})

t.test('a failure that its list does not repeat is not reduced', async (t) => {
  const found = await failedRun()
  const { result, list, runs } = await shrink(
    { ...found, failure: { invariant: 'x', message: '' } },
    runScenario,
  )
  t.strictSame([result, runs, list.choices], [undefined, 1, found.choices])
})

t.test('a list names the choices that do not apply', async (t) => {
  const list = (choice: string): string =>
    JSON.stringify({ broke: '', seed: 1, network: 'port', kinds: ['request-lost'], choices: [choice] })
  const run = (choice: string) => runList(parseList(list(choice)), runScenario)
  for (const choice of ['first/delay-s #6 = 9', 'first/request #1 = true'])
    t.strictSame((await run(choice)).unapplied, [], choice)
  for (const choice of [
    'third/delay-s #1 = 9',
    'first/delay-s #7 = 9',
    'first/delay-s #1 = 10',
    'first/request #1 = false',
    'first/pause-min #1 = 3',
  ])
    t.equal((await run(choice)).unapplied.length, 1, choice)
})

t.test('a text that is not a list is refused', (t) => {
  const good = { broke: '', seed: 1, network: 'port', kinds: [], choices: [] }
  t.ok(parseList(JSON.stringify(good)))
  for (const bad of [
    { broke: 1 },
    { seed: '1' },
    { network: 'x' },
    { kinds: ['x'] },
    { kinds: 'killed' },
    { choices: ['x'] },
    { choices: ['x #0 = y'] },
  ])
    t.throws(() => parseList(JSON.stringify({ ...good, ...bad })), JSON.stringify(bad))
  const twice = parseList(JSON.stringify({ ...good, choices: ['x #1 = y', 'x #1 = z'] }))
  t.rejects(runList(twice, runScenario), /two choices/)
  t.end()
})
