import t from 'tap'
import { problemsWithFiles, problemsWithFolders } from '../helpers/hostile-vault.js'
import { NO_SHELL } from '../helpers/shell.js'

t.test(
  'some files that an adversary puts into a local vault are damage, and lead nowhere',
  { skip: NO_SHELL },
  async (t) => {
    t.strictSame(await problemsWithFiles(t, (name, i) => i % 23 === 3 || name === 'a TiB of zeros'), [])
  },
)

t.test('folders of a local vault that are links are damage, and nothing outside is changed', async (t) => {
  t.strictSame(await problemsWithFolders(t), [])
})
