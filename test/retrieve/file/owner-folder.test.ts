import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { LockFolder } from '../../../lib/fs/lock.js'
import { OwnerFolder } from '../../../lib/retrieve/file/owner-folder.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { systemRuntime, type Runtime } from '../../../lib/runtime/runtime.js'

/** A host with another identity, on which processes of this one look gone once they are silent. */
const elsewhere: Runtime = {
  ...systemRuntime,
  processes: {
    ...systemRuntime.processes,
    current: async () => ({
      ...(await systemRuntime.processes.current()),
      host: 'elsewhere',
      bootId: 'another-boot',
    }),
    livenessOf: async () => 'elsewhere',
  },
}

/** The folder of an owner that was paused, whose lock another process has taken over. */
async function takenOver(dir: string): Promise<{ former: OwnerFolder; owner: OwnerFolder }> {
  const lock = await new LockFolder(dir).tryTake('x', 'The file')
  const former = await OwnerFolder.make(dir, lock, systemRuntime)
  const [key = ''] = (await readdir(dir)).filter((name) => /^[0-9a-f]{64}$/.test(name))
  for (const name of await readdir(join(dir, key))) await utimes(join(dir, key, name), 0, 0)
  const newLock = await new LockFolder(dir, { runtime: elsewhere }).tryTake('x', 'The file')
  const owner = await OwnerFolder.make(dir, newLock, elsewhere)
  t.teardown(() => Promise.all([lock.release(), newLock.release()]))
  return { former, owner }
}

t.test('a former owner neither removes nor replaces a file of the new owner', async (t) => {
  const dir = t.testdir({ locks: {}, file: 'of the new owner' })
  const { former, owner } = await takenOver(join(dir, 'locks'))
  await former.remove(join(dir, 'file'))
  t.equal(await readFile(join(dir, 'file'), 'utf8'), 'of the new owner')
  const write = async (): Promise<void> => writeFile(former.pathOf('notes'), '', { flag: 'wx' })
  await t.rejects(former.owned('out', write), { code: 'ERR_LOCK_LOST' })
  await former.end()
  await owner.remove(join(dir, 'file'))
  await owner.end()
  t.notMatch(await readdir(join(dir, 'locks')), [/owner/])
  t.notMatch(await readdir(dir), ['file'])
})

t.test('a process that loses its lock while it makes its folder leaves no folder', async (t) => {
  const dir = t.testdir()
  const lock = await new LockFolder(dir).tryTake('x', 'The file')
  await lock.release()
  await t.rejects(OwnerFolder.make(dir, lock, systemRuntime), { code: 'ERR_LOCK_LOST' })
  t.strictSame(await readdir(dir), [])
})

t.test('a folder that is missing although the lock is held is an error that names it', async (t) => {
  const dir = t.testdir()
  const lock = await new LockFolder(dir).tryTake('x', 'The file')
  const owner = await OwnerFolder.make(dir, lock, systemRuntime)
  await rm(join(owner.pathOf('notes'), '..'), { recursive: true })
  const write = async (): Promise<void> => writeFile(owner.pathOf('notes'), '')
  await t.rejects(owner.owned('out', write), {
    code: 'ERR_OUTPUT_FILE',
    path: 'out',
    cause: { code: 'ENOENT' },
  })
  await t.rejects(
    owner.owned('out', async () => {
      throw new RangeError('another error')
    }),
    RangeError,
  )
  await lock.release()
})

t.test('only folders of owners are removed, and only the files that an owner makes', async (t) => {
  const dir = t.testdir({
    precious: { notes: 'precious' },
    locks: {
      '0a-1.owner': { notes: '', mode: '', removed: '' },
      '0b.owner': { other: '' },
      'xa.owner': {},
      'a.owner2': {},
    },
  })
  const locks = join(dir, 'locks')
  await symlink(join(dir, 'precious'), join(locks, '0c.owner'))
  await mkdir(join(locks, '0d.owner', 'notes'), { recursive: true })
  const lock = await new LockFolder(locks).tryTake('x', 'The file')
  const owner = await OwnerFolder.make(locks, lock, systemRuntime)
  await owner.end()
  await lock.release()
  t.strictSame((await readdir(locks)).sort(), ['0b.owner', '0c.owner', '0d.owner', 'a.owner2', 'xa.owner'])
  t.equal(await readFile(join(dir, 'precious', 'notes'), 'utf8'), 'precious')
})

t.test('a folder or a link in place of a file is an error that names it, and stays', async (t) => {
  const dir = t.testdir({ locks: {}, folder: { file: 'precious' } })
  await symlink('folder', join(dir, 'link'))
  const lock = await new LockFolder(join(dir, 'locks')).tryTake('x', 'The file')
  const owner = await OwnerFolder.make(join(dir, 'locks'), lock, systemRuntime)
  for (const name of ['folder', 'link']) {
    const path = join(dir, name)
    await t.rejects(owner.remove(path), { code: 'ERR_OUTPUT_FILE', message: /folder: |link: / }, name)
    t.equal(await readFile(join(path, 'file'), 'utf8'), 'precious')
  }
  await owner.end()
  await lock.release()
  t.strictSame(await readdir(join(dir, 'locks')), [])
})

t.test('a file that cannot be removed is an error, and a file that is missing is not', async (t) => {
  const dir = t.testdir({ file: '' })
  const lock = await new LockFolder(join(dir, 'locks')).tryTake('x', 'The file')
  const denied = Object.assign(new Error('not permitted'), { code: 'EPERM' })
  const files = {
    ...systemFiles,
    rename: async (...args: Parameters<typeof systemFiles.rename>) => {
      if (args[0].endsWith('file')) throw denied
      await systemFiles.rename(...args)
    },
  }
  const owner = await OwnerFolder.make(join(dir, 'locks'), lock, { ...systemRuntime, files })
  await owner.remove(join(dir, 'missing'))
  await t.rejects(owner.remove(join(dir, 'file')), denied)
  await owner.end()
  await lock.release()
})

t.test('a file is like those of this process if it has their mode and their user', async (t) => {
  const dir = t.testdir({ file: '' })
  const lock = await new LockFolder(join(dir, 'locks')).tryTake('x', 'The file')
  const owner = await OwnerFolder.make(join(dir, 'locks'), lock, systemRuntime)
  await chmod(join(dir, 'file'), 0o600)
  const found = await systemFiles.lstat(join(dir, 'file'))
  t.ok(await owner.isLikeOwn(found))
  t.notOk(await owner.isLikeOwn({ ...found, uid: found.uid + 1 }))
  t.notOk(await owner.isLikeOwn({ ...found, mode: found.mode | 0o040 }))
  await owner.end()
  await lock.release()
})
