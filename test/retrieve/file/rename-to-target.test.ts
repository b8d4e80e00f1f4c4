import { chmod, chown, mkdir, readFile, readdir, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { GLACIER_LIMITS } from '../../../lib/glacier/limits.js'
import { treeHashScheme } from '../../../lib/glacier/tree-hash-scheme.js'
import { PartialFile } from '../../../lib/retrieve/file/partial-file.js'
import { renameToTarget } from '../../../lib/retrieve/file/rename-to-target.js'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import { MIB } from '../../../lib/sizes.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { count, optionsFor } from '../../helpers/retrieval.js'

t.test('before the rename it is made sure that the file is still ours', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const runs: [
    what: string,
    act: (file: string) => Promise<unknown>,
    error: { code: string; message?: RegExp },
    left: string[],
  ][] = [
    [
      'it was replaced',
      async (file) => {
        await writeFile(`${file}.other`, 'precious')
        await rename(`${file}.other`, `${file}.partial`)
      },
      { code: 'ERR_OUTPUT_FILE', message: /removed or replaced by another file/ },
      ['out.partial', 'out.partial.ranges'],
    ],
    ['it was removed', (file) => rm(`${file}.partial`), { code: 'ERR_OUTPUT_FILE' }, ['out.partial.ranges']],
    [
      'the lock was removed',
      (file) => rm(`${file}.partial.lock`, { recursive: true }),
      { code: 'ERR_LOCK_LOST' },
      ['out.partial', 'out.partial.ranges'],
    ],
  ]
  for (const [what, act, error, left] of runs) {
    const dir = t.testdir()
    const file = join(dir, 'out')
    const vault = MemoryVault.holding(bytes)
    vault.before = async ({ operation, range }) => {
      if (operation === 'getJobOutput' && range?.start === 2 * MIB) await act(file)
    }
    await t.rejects(retrieveToFile(file, optionsFor(vault)), error, what)
    t.strictSame((await readdir(dir)).sort(), left)
    const found = await readFile(`${file}.partial`, 'utf8').catch(() => 'gone')
    if (what === 'it was replaced') t.equal(found, 'precious')
  }
})

t.test('a file keeps its mode when it is replaced; a new one has that of the umask', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const dir = t.testdir({ private: 'x', open: 'x' })
  await chmod(join(dir, 'private'), 0o640)
  await chmod(join(dir, 'open'), 0o755)
  const modes: number[] = []
  const vault = MemoryVault.holding(bytes)
  const before = process.umask(0o027)
  t.teardown(() => process.umask(before))
  for (const name of ['private', 'open', 'new']) {
    vault.before = async ({ operation }) => {
      if (operation === 'getJobOutput') modes.push((await stat(join(dir, `${name}.partial`))).mode & 0o777)
    }
    await retrieveToFile(join(dir, name), optionsFor(vault))
  }
  t.strictSame(new Set(modes), new Set([0o600]), 'until then it is private')
  const modeOf = async (name: string): Promise<number> => (await stat(join(dir, name))).mode & 0o777
  t.equal(await modeOf('private'), 0o640)
  t.equal(await modeOf('open'), 0o755)
  t.equal(await modeOf('new'), 0o640)
})

t.test('the file that shows the mode of new files is closed, and removed at the end', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'out')
  const open = new Set<string>()
  const files: FileSystem = {
    ...systemFiles,
    open: async (...args) => {
      const file = await systemFiles.open(...args)
      const [name] = args
      open.add(name)
      return { ...file, close: () => file.close().finally(() => open.delete(name)) }
    },
  }
  const partial = await PartialFile.open({
    ...{ path, content: { vaultName: 'backups', archiveIds: ['a'] }, rangeSizeFor: () => MIB },
    ...{ hashes: treeHashScheme(), limits: GLACIER_LIMITS, signal: undefined },
    ...{ runtime: { ...systemRuntime, files }, lockRuntime: systemRuntime },
  })
  await partial.bytes.write(Buffer.from('x'))
  await renameToTarget(partial, path)
  t.notOk([...open].some((name) => name.endsWith('mode')))
  await partial.removeNotes()
  await partial.close()
  t.strictSame([...open], [])
  t.strictSame(await readdir(dir), ['out'])
})

t.test(
  'a file keeps its owner when it is replaced',
  { skip: process.getuid?.() !== 0 && 'only the superuser may give a file away' },
  async (t) => {
    for (const [uid, gid] of [
      [1234, 2345],
      [1234, 0],
      [0, 2345],
    ] as const) {
      const file = join(t.testdir({ out: 'x' }), 'out')
      await chown(file, uid, gid)
      await retrieveToFile(file, optionsFor(MemoryVault.holding(patternBytes(MIB))))
      t.match(await stat(file), { uid, gid })
    }
  },
)

t.test(
  'where the owner cannot be kept, the group is, and otherwise no other group gets its rights',
  { skip: process.getuid?.() !== 0 && 'only the superuser may become somebody else' },
  async (t) => {
    const dir = t.testdir({ member: 'x', stranger: 'x' })
    await chmod(dir, 0o777)
    for (const [name, group] of [
      ['member', 2345],
      ['stranger', 3456],
    ] as const) {
      await chown(join(dir, name), 1234, group)
      await chmod(join(dir, name), 0o664)
    }
    process.setgroups?.([2345])
    process.setegid?.(4321)
    process.seteuid?.(4321)
    try {
      for (const name of ['member', 'stranger'])
        await retrieveToFile(join(dir, name), optionsFor(MemoryVault.holding(patternBytes(MIB))))
    } finally {
      process.seteuid?.(0)
      process.setegid?.(0)
      process.setgroups?.([0])
    }
    const [member, stranger] = [await stat(join(dir, 'member')), await stat(join(dir, 'stranger'))]
    t.match(member, { uid: 4321, gid: 2345 })
    t.equal(member.mode & 0o777, 0o664)
    t.match(stranger, { uid: 4321, gid: 4321 })
    t.equal(stranger.mode & 0o777, 0o604)
  },
)

t.test('a whole file that cannot get its name is private, and the next run only renames it', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const dir = t.testdir()
  const file = join(dir, 'out')
  const vault = MemoryVault.holding(bytes)
  vault.before = async ({ operation }) => {
    if (operation === 'getJobOutput') await mkdir(file, { recursive: true })
  }
  await t.rejects(retrieveToFile(file, optionsFor(vault)), {
    code: 'ERR_OUTPUT_FILE',
    message: /All bytes are in .*out\.partial, verified, but it cannot be renamed: .*\(EISDIR\)\./,
    cause: { syscall: 'rename' },
  })
  t.equal((await stat(`${file}.partial`)).mode & 0o777, 0o600)
  await rmdir(file)
  const again = MemoryVault.holding(bytes)
  await retrieveToFile(file, optionsFor(again))
  t.equal(count(again, 'getJobOutput'), 0)
  t.ok((await readFile(file)).equals(bytes))
})
