import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import t from 'tap'
import { makeFolder, renameDurably, syncFolder } from '../../lib/fs/durable.js'

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

t.test('a folder is created with its parents, private, and one that exists is left as it is', async (t) => {
  const dir = t.testdir()
  await makeFolder(join(dir, 'a', 'b', 'c'))
  for (const path of ['a', 'a/b', 'a/b/c']) t.equal((await stat(join(dir, path))).mode & 0o777, 0o700)
  await mkdir(join(dir, 'open'))
  const { mode } = await stat(join(dir, 'open'))
  await makeFolder(join(dir, 'open'))
  t.equal((await stat(join(dir, 'open'))).mode, mode)
  await makeFolder(relative('.', join(dir, 'relative', 'path')))
  t.ok((await stat(join(dir, 'relative', 'path'))).isDirectory())
  await writeFile(join(dir, 'file'), '')
  await t.rejects(makeFolder(join(dir, 'file')), { code: 'EEXIST' })
})
