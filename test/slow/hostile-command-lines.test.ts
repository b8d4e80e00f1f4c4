import t from 'tap'
import { problemsWithCommandLines } from '../helpers/hostile-words.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)

t.test('any command line ends with a documented exit code, without a stack trace or a control', async (t) => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
  t.comment(`FUZZ_SEED=${seed} repeats this`)
  t.strictSame(await problemsWithCommandLines(t.testdir({ catalogs: {} }), 20_000, seed), [])
})
