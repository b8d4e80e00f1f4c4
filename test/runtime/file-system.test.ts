import { constants } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { systemFiles } from '../../lib/runtime/system-files.js'

// The simulation's disk gives the same results: test/simulation/disk/tree-files.test.ts compares random calls.

const bytes = (text: string): Buffer => Buffer.from(text)

t.test('files of the machine are opened, read and written as by Node', async (t) => {
  const dir = t.testdir({})
  const files = systemFiles
  const path = join(dir, 'file')
  await t.rejects(files.open(path, 'r'), { code: 'ENOENT' })
  await t.rejects(files.open(path, 'r+'), { code: 'ENOENT' })
  const file = await files.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)
  await t.rejects(files.open(path, 'wx'), { code: 'EEXIST' })
  t.equal(await file.write(bytes('hello')), 5)
  t.equal(await file.write(bytes('J'), 0), 1)
  t.equal(await file.writev([bytes('-'), bytes('World')], 5), 6)
  const read = Buffer.alloc(8, '.')
  t.equal(await file.read(read, 1, 3, 0), 3)
  t.equal(String(read), '.Jel....')
  t.equal(await file.read(read, 0, 8, 100), 0)
  await file.truncate(7)
  await file.sync()
  await file.datasync()
  await file.chmod(0o640)
  const own = await file.stat()
  await file.chown(own.uid, own.gid)
  t.match(await files.stat(path), { ino: own.ino, dev: own.dev, size: 7, uid: own.uid, gid: own.gid })
  t.equal((await files.stat(path)).mode & 0o777, 0o640)
  for (const name of ['isDirectory', 'isSymbolicLink', 'isFIFO', 'isSocket'] as const)
    t.equal(own[name](), false, name)
  t.ok(own.isFile() && own.mtimeMs > 0 && own.birthtimeNs >= 0n && own.blocks >= 0)
  await file.close()
  t.equal(await files.readFile(path), 'Jello-W')

  const appended = await files.open(path, 'a+')
  await appended.writeFile('...')
  await appended.close()
  const reading = await files.open(path, 'r')
  const parts = [Buffer.alloc(8), Buffer.alloc(8)]
  t.strictSame(
    [await reading.read(parts[0] ?? read, 0, 8), await reading.read(parts[1] ?? read, 0, 8)],
    [8, 2],
  )
  await reading.close()
  await files.writeFile(path, 'new', { mode: 0o600 })
  t.equal(await files.readFile(path), 'new')
  await t.rejects(files.writeFile(path, '', { mode: 0o600, flag: 'wx' }), { code: 'EEXIST' })
  t.equal(await files.realpath(path), path)
  await t.rejects(files.readlink(path), { code: 'EINVAL' })
  t.ok((await files.statfs(dir)).bsize > 0)
})

t.test('folders of the machine are created, renamed and removed as by Node', async (t) => {
  const dir = t.testdir({})
  const files = systemFiles
  const [a, b] = [join(dir, 'a'), join(dir, 'b')]
  await files.mkdir(a, 0o700)
  await t.rejects(files.mkdir(a, 0o700), { code: 'EEXIST' })
  await t.rejects(files.mkdir(join(b, 'c'), 0o700), { code: 'ENOENT' })
  t.ok((await files.lstat(a)).isDirectory())
  await files.writeFile(join(a, 'file'), '', { mode: 0o600 })
  await t.rejects(files.open(join(a, 'file', 'x'), 'r'), { code: 'ENOTDIR' })
  await t.rejects(files.open(a, 'r+'), { code: 'EISDIR' })
  await t.rejects(files.rmdir(a), { code: 'ENOTEMPTY' })
  await t.rejects(files.rmdir(join(a, 'file')), { code: 'ENOTDIR' })
  await t.rejects(files.unlink(join(a, 'none')), { code: 'ENOENT' })
  await files.rm(join(a, 'none'))
  await files.mkdir(b, 0o700)
  await t.rejects(files.rename(b, a), { code: 'ENOTEMPTY' })
  await files.rename(a, b)
  t.strictSame((await files.readdir(dir, 9)).sort(), ['b'], 'an empty folder is replaced')
  await t.rejects(files.rename(b, join(b, 'file')), 'a folder does not replace a file')
  await t.rejects(files.rename(a, b), { code: 'ENOENT' })
  await files.syncFolder(b)
  await t.rejects(files.syncFolder(a), { code: 'ENOENT' })
  await files.unlink(join(b, 'file'))
  await files.writeFile(join(b, 'other'), '', { mode: 0o600 })
  await files.rm(join(b, 'other'))
  await files.rmdir(b)
  await files.mkdir(a, 0o700)
  await files.writeFile(join(a, 'file'), '', { mode: 0o600 })
  await files.rmTree(a)
  await files.rmTree(a)
  t.strictSame(await files.readdir(dir, 9), [])
})

t.test('symbolic links of the machine are followed by stat alone', async (t) => {
  const dir = t.testdir({ file: 'x' })
  const link = join(dir, 'link')
  await symlink('file', link)
  t.equal((await systemFiles.stat(link)).isFile(), true)
  t.equal((await systemFiles.lstat(link)).isSymbolicLink(), true)
  t.equal(await systemFiles.readlink(link), 'file')
  t.equal(await systemFiles.realpath(link), join(dir, 'file'))
})
