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

/** The system's files, which note the calls that create and sync folders and rename. */
function recordingFiles(calls: string[], failMkdir?: (path: string) => string | undefined): FileSystem {
  return {
    ...systemFiles,
    mkdir: async (path, mode) => {
      calls.push(`mkdir ${path}`)
      const code = failMkdir?.(path)
      if (code !== undefined) throw Object.assign(new Error(`it fails with ${code}`), { code })
      await systemFiles.mkdir(path, mode)
    },
    rename: async (from, to) => {
      calls.push(`rename ${from} ${to}`)
      await systemFiles.rename(from, to)
    },
    syncFolder: async (path) => {
      calls.push(`sync ${path}`)
      await systemFiles.syncFolder(path)
    },
  }
}

t.test(
  'new folders are synced from the innermost outwards, and then the folder that holds them',
  async (t) => {
    const dir = t.testdir()
    const calls: string[] = []
    const files = recordingFiles(calls)
    const synced = async (...names: string[]): Promise<string[]> => {
      calls.length = 0
      await makeFolder(join(dir, ...names), files)
      return calls.filter((call) => call.startsWith('sync'))
    }
    t.strictSame(await synced('a', 'b', 'c'), [
      `sync ${dir}/a/b/c`,
      `sync ${dir}/a/b`,
      `sync ${dir}/a`,
      `sync ${dir}`,
    ])
    t.strictSame(await synced('a', 'b', 'd'), [`sync ${dir}/a/b/d`, `sync ${dir}/a/b`])
    t.strictSame(await synced('a', 'b', 'd'), [], 'a folder that exists is not synced')
  },
)

t.test('a rename is synced in the folder of the new name, after it is made', async (t) => {
  const dir = t.testdir({ file: '', folder: {} })
  const calls: string[] = []
  await renameDurably(join(dir, 'file'), join(dir, 'folder', 'file'), recordingFiles(calls))
  t.strictSame(calls, [`rename ${dir}/file ${dir}/folder/file`, `sync ${dir}/folder`])
})

t.test('a folder is tried once where another attempt would fail as well', async (t) => {
  const dir = t.testdir({ file: '' })
  for (const [name, code] of [
    ['new', 'ENOSPC'],
    ['new', 'EACCES'],
    ['file', 'EEXIST'],
    ['file', 'ENOSPC'],
  ] as const) {
    const calls: string[] = []
    const files = recordingFiles(calls, () => code)
    await t.rejects(makeFolder(join(dir, name), files), { code })
    t.strictSame(calls, [`mkdir ${dir}/${name}`])
  }
})

t.test('a root that does not exist ends the search for parents', async (t) => {
  const calls: string[] = []
  const files: FileSystem = {
    ...recordingFiles(calls, () => 'ENOENT'),
    lstat: () => Promise.reject(Object.assign(new Error('it does not exist'), { code: 'ENOENT' })),
  }
  await t.rejects(makeFolder('/x/y', files), { code: 'ENOENT' })
  t.strictSame(calls, ['mkdir /x/y', 'mkdir /x', 'mkdir /'])
})
