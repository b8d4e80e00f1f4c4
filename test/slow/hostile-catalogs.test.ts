import t from 'tap'
import { problemsWithRecords } from '../helpers/hostile-records.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)

t.test('any records in a catalog are read without a crash, and shown without controls', async (t) => {
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000)
  t.comment(`FUZZ_SEED=${seed} repeats this`)
  t.strictSame(await problemsWithRecords(t.testdir({}), 3000, seed), [])
})
