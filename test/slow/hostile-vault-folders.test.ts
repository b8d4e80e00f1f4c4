import t from 'tap'
import { problemsWithFiles } from '../helpers/hostile-vault.js'

t.test('all files that an adversary puts into a local vault are damage, and lead nowhere', async (t) => {
  t.strictSame(await problemsWithFiles(t), [])
})
