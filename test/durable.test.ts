import t from 'tap'
import { syncFolder } from '../lib/durable.js'

t.test('a folder is synced where the platform can, and an error told', async (t) => {
  await t.resolves(syncFolder(t.testdir()))
  await t.rejects(syncFolder(`${t.testdir()}/none`, 'linux'), { code: 'ENOENT' })
  await t.resolves(syncFolder(`${t.testdir()}/none`, 'win32'))
})
