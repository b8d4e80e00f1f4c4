import { readFile } from 'node:fs/promises'
import t from 'tap'
import { renameDurably, syncFolder } from '../../lib/fs/durable.js'

t.test('a folder is synced where the platform can, and an error told', async (t) => {
  await t.resolves(syncFolder(t.testdir()))
  await t.rejects(syncFolder(`${t.testdir()}/none`, 'linux'), { code: 'ENOENT' })
  await t.resolves(syncFolder(`${t.testdir()}/none`, 'win32'))
})

t.test('a file renamed durably has the new name alone', async (t) => {
  const dir = t.testdir({ unfinished: 'whole', file: 'old' })
  await renameDurably(`${dir}/unfinished`, `${dir}/file`)
  t.equal(await readFile(`${dir}/file`, 'utf8'), 'whole')
  await t.rejects(readFile(`${dir}/unfinished`), { code: 'ENOENT' })
})
