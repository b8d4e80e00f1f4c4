import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import t from 'tap'
import { makeFolder, renameDurably, syncFolder } from '../../lib/fs/durable.js'
import type { FileSystem } from '../../lib/runtime/file-system.js'
import { systemFiles, systemFilesOn } from '../../lib/runtime/system-files.js'

t.test('a folder is synced where the platform can, and an error is reported', async (t) => {
  await t.resolves(syncFolder(t.testdir()))
  await t.rejects(syncFolder(`${t.testdir()}/none`, systemFilesOn('linux')), { code: 'ENOENT' })
  await t.resolves(syncFolder(`${t.testdir()}/none`, systemFilesOn('win32')))
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

t.test('a folder that the system does not create is an error at once', async (t) => {
  const dir = t.testdir({ file: '' })
  const code = (await stat('/proc').catch(() => undefined)) ? 'ENOENT' : 'EROFS'
  t.match(
    await makeFolder('/proc/x/y').catch((error: unknown) => error),
    code === 'ENOENT' ? { code, path: '/proc/x' } : Error,
  )
  await t.rejects(makeFolder(join(dir, 'file', 'x', 'y')), { code: 'ENOTDIR' })
  await t.rejects(makeFolder(join(dir, 'x'.repeat(300))), { code: 'ENAMETOOLONG' })
  await symlink(join(dir, 'nowhere'), join(dir, 'dangling'))
  await t.rejects(makeFolder(join(dir, 'dangling')), { code: 'EEXIST' })
})

t.test('several may create the same folders at once', async (t) => {
  const dir = join(t.testdir(), 'a', 'b', 'c')
  await Promise.all(Array.from({ length: 20 }, () => makeFolder(dir)))
  t.ok((await stat(dir)).isDirectory())
})

t.test('a folder that others remove while it is created is created again, a number of times', async (t) => {
  const dir = t.testdir()
  let attempts = 0
  let removals = 3
  const files: FileSystem = {
    ...systemFiles,
    mkdir: async (path, mode) => {
      if (++attempts <= removals) throw Object.assign(new Error('it existed'), { code: 'EEXIST' })
      await systemFiles.mkdir(path, mode)
    },
  }
  await makeFolder(join(dir, 'a'), files)
  t.ok((await stat(join(dir, 'a'))).isDirectory())
  t.equal(attempts, 4)
  removals = Infinity
  await t.rejects(makeFolder(join(dir, 'b'), files), { message: 'it existed' })
  t.equal(attempts, 4 + 100)
})
