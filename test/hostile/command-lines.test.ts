import t from 'tap'
import { problemsWithCommandLines } from '../helpers/hostile-words.js'
import { configuredCredentials } from '../helpers/local-vault.js'

await configuredCredentials(t)

t.test('any command line ends with a documented exit code, without a stack trace or a control', async (t) => {
  t.strictSame(await problemsWithCommandLines(t.testdir({ catalogs: {} }), 250, 17), [])
})
