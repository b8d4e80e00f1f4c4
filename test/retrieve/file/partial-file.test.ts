import { execFileSync } from 'node:child_process'
import {
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { LockHeldError } from '../../../lib/errors.js'
import { GLACIER_LIMITS } from '../../../lib/glacier/limits.js'
import { treeHashScheme } from '../../../lib/glacier/tree-hash-scheme.js'
import { PartialFile } from '../../../lib/retrieve/file/partial-file.js'
import { PartialLock } from '../../../lib/retrieve/file/partial-lock.js'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import { systemRuntime } from '../../../lib/runtime/runtime.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import { MIB } from '../../../lib/sizes.js'
import { gate, settled } from '../../helpers/gate.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { count, optionsFor } from '../../helpers/retrieval.js'
import { stopped } from '../../helpers/stopped-download.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

const NO_FILE = { inode: '1', birthtime: '1' }

const vaultName = 'backups'

/** The content of a folder: names, kinds and contents. */
async function snapshot(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const name of await readdir(dir)) {
    const path = join(dir, name)
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) found[name] = `link to ${await readlink(path)}`
    else found[name] = stats.isFile() ? await readFile(path, 'latin1') : 'directory'
  }
  return found
}

t.test('what is there is checked, and what is not as it was is fetched again', async (t) => {
  const bytes = patternBytes(8 * MIB)
  for (const [what, damage, most] of [
    ['nothing', async () => undefined, Infinity],
    ['a byte', async (file: string) => writeFile(file, Buffer.from('x'), { flag: 'r+' }), 0],
    ['the end', async (file: string) => truncate(file, 3.5 * MIB), 3],
    ['the file', async (file: string) => rm(file), 0],
    ['all bytes', async (file: string) => truncate(file, 0), 0],
    [
      'the last line',
      async (file: string) => truncate(`${file}.ranges`, (await stat(`${file}.ranges`)).size - 5),
      -1,
    ],
    [
      'a hash',
      async (file: string) => {
        const text = await readFile(`${file}.ranges`, 'utf8')
        await writeFile(`${file}.ranges`, text.replace(/"hash":"\w{4}/, '"hash":"0000'))
      },
      0,
    ],
  ] as const) {
    const file = join(t.testdir(), 'out')
    await stopped(file, bytes, 6)
    // The last that was verified may not have been written when it stopped.
    const written = (await readFile(`${file}.partial.ranges`, 'utf8')).split('\n').length - 2
    t.ok(written >= 4, `${written} were written`)
    const kept = most < 0 ? written + most : Math.min(written, most)
    await damage(`${file}.partial`)
    const vault = MemoryVault.holding(bytes)
    await retrieveToFile(file, optionsFor(vault))
    t.ok((await readFile(file)).equals(bytes), `${what} was damaged`)
    t.equal(count(vault, 'getJobOutput'), 8 - kept, `${kept} ranges were kept`)
  }
})

t.test('checking what is there can be aborted, and loses nothing of it', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const file = join(t.testdir(), 'out')
  await stopped(file, bytes, 6)
  const before = await readFile(`${file}.partial.ranges`, 'utf8')
  const vault = MemoryVault.holding(bytes)
  await t.rejects(retrieveToFile(file, optionsFor(vault, { signal: AbortSignal.abort() })), {
    name: 'AbortError',
  })
  t.equal(count(vault, 'getJobOutput'), 0)
  t.equal(await readFile(`${file}.partial.ranges`, 'utf8'), before)
  const none = join(t.testdir(), 'none')
  await t.rejects(retrieveToFile(none, optionsFor(vault, { signal: AbortSignal.abort() })), {
    name: 'AbortError',
  })
  t.equal(count(vault, 'startRetrieval'), 0)
})

t.test('with ranges of another size, the file continues with those it was begun with', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const file = join(t.testdir(), 'out')
  await stopped(file, bytes, 6)
  const vault = MemoryVault.holding(bytes)
  await retrieveToFile(file, optionsFor(vault, { rangeSize: undefined }))
  t.ok(count(vault, 'getJobOutput') <= 4, 'what was there was kept')
  t.ok((await readFile(file)).equals(bytes))
  await stopped(file, bytes, 6)
  const other = MemoryVault.holding(bytes)
  await retrieveToFile(file, optionsFor(other, { rangeSize: 2 * MIB }))
  t.equal(count(other, 'getJobOutput'), 4, 'a size that is given counts')
  t.ok((await readFile(file)).equals(bytes))
})

t.test('a partial file of another archive, range or vault is refused, and kept', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const range = { start: 0, end: 3 * MIB }
  for (const more of [
    { archiveId: 'b' },
    { archiveId: ['a', 'b'] },
    { vaultName: 'other' },
    { range, archiveSize: bytes.length },
  ]) {
    const file = join(t.testdir(), 'out')
    await stopped(file, bytes, 6)
    const before = await readFile(`${file}.partial`)
    const vault = MemoryVault.holding(bytes)
    vault.archives.set('b', bytes)
    await t.rejects(retrieveToFile(file, optionsFor(vault, more)), {
      name: 'OutputFileError',
      code: 'ERR_OUTPUT_FILE',
      path: `${file}.partial`,
      message: /has retrieved of a in backups\. To resume, run that command again/,
    })
    t.strictSame(vault.operations, [], 'nothing was asked of the service')
    t.ok((await readFile(`${file}.partial`)).equals(before))
    await retrieveToFile(file, optionsFor(vault))
    t.ok((await readFile(file)).equals(bytes), 'and what it was begun for continues')
  }
  const file = join(t.testdir(), 'out')
  await stopped(file, bytes, 1, { range, archiveSize: bytes.length })
  await t.rejects(retrieveToFile(file, optionsFor(MemoryVault.holding(bytes))), {
    message: /of bytes 0 to 3145728 of a in backups/,
  })
})

t.test('a file that is not this tool’s is left alone, whatever lies beside it', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const refused = {
    name: 'OutputFileError',
    code: 'ERR_OUTPUT_FILE',
    message: /was not written by glacier-pipe/,
  }
  const cases: [what: string, make: (file: string) => Promise<unknown>][] = [
    ['a file without notes', (file) => writeFile(`${file}.partial`, 'precious')],
    ['an empty file that others can read', (file) => writeFile(`${file}.partial`, '', { mode: 0o644 })],
    ['a directory', (file) => mkdir(`${file}.partial`)],
    ['a link', (file) => symlink('precious', `${file}.partial`)],
    ['notes that are none', (file) => writeFile(`${file}.partial.ranges`, 'precious')],
    ['notes that are a FIFO', async (file) => void execFileSync('mkfifo', [`${file}.partial.ranges`])],
    ['notes that are a directory', (file) => mkdir(`${file}.partial.ranges`)],
    ['notes of JSON', (file) => writeFile(`${file}.partial.ranges`, 'null\n')],
    [
      'notes of no range size',
      async (file) => {
        const subject = { vaultName, archiveIds: ['a'], rangeSize: -5, file: NO_FILE }
        await writeFile(`${file}.partial.ranges`, `${JSON.stringify(subject)}\n`)
      },
    ],
    [
      'notes of IDs that are no texts',
      async (file) => {
        const subject = { vaultName, archiveIds: [{ toString: 1 }], rangeSize: MIB, file: NO_FILE }
        await writeFile(`${file}.partial.ranges`, `${JSON.stringify(subject)}\n`)
      },
    ],
    [
      'a file that took the place of ours',
      async (file) => {
        await stopped(file, bytes, 6)
        await rm(`${file}.partial`)
        await writeFile(`${file}.partial`, 'precious') // most likely with the same inode
      },
    ],
    [
      'a file with the inode of ours, which was removed',
      async (file) => {
        await writeFile(`${file}.partial`, 'precious')
        const inode = String((await stat(`${file}.partial`, { bigint: true })).ino)
        const subject = { vaultName, archiveIds: ['a'], rangeSize: MIB, file: { inode, birthtime: '1' } }
        await writeFile(`${file}.partial.ranges`, `${JSON.stringify(subject)}\n`)
      },
    ],
    [
      'a file that was moved there',
      async (file) => {
        await stopped(file, bytes, 6)
        await writeFile(`${file}.other`, 'precious')
        await rename(`${file}.other`, `${file}.partial`)
      },
    ],
    [
      'notes that do not state a file',
      async (file) => {
        const subject = { vaultName, archiveIds: ['a'], rangeSize: MIB, file: null }
        await writeFile(`${file}.partial.ranges`, `${JSON.stringify(subject)}\n`)
      },
    ],
  ]
  for (const [what, make] of cases) {
    const dir = t.testdir()
    const file = join(dir, 'out')
    await make(file)
    const before = await snapshot(dir)
    const vault = MemoryVault.holding(bytes)
    await t.rejects(retrieveToFile(file, optionsFor(vault)), refused, what)
    t.strictSame(vault.operations, [], 'no job was started')
    t.strictSame(await snapshot(dir), before, 'nothing was changed')
  }
})

t.test('a crash at any step of creating the partial file leaves one that is ours', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const empty = join(t.testdir(), 'out')
  await writeFile(`${empty}.partial`, '', { mode: 0o600 })
  await retrieveToFile(empty, optionsFor(MemoryVault.holding(bytes)))
  t.ok((await readFile(empty)).equals(bytes), 'a file without notes')
  const replaced = join(t.testdir(), 'out')
  await stopped(replaced, bytes, 2)
  await rm(`${replaced}.partial`)
  await writeFile(`${replaced}.partial`, '', { mode: 0o600 })
  await retrieveToFile(replaced, optionsFor(MemoryVault.holding(bytes)))
  t.ok((await readFile(replaced)).equals(bytes), 'a file beside the notes of an earlier one')
  const file = join(t.testdir(), 'out')
  await stopped(file, patternBytes(3 * MIB, 7), 2)
  await rm(`${file}.partial`)
  const other = MemoryVault.holding(bytes)
  other.archives.set('b', bytes)
  await retrieveToFile(file, optionsFor(other, { archiveId: 'b' }))
  t.ok((await readFile(file)).equals(bytes), 'notes without a file hold nobody up')
})

t.test('a file that is replaced at the last moment gets no name', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const file = join(t.testdir(), 'out')
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called with its `this`
  const { assertOurs } = PartialFile.prototype
  t.teardown(() => Object.assign(PartialFile.prototype, { assertOurs }))
  let checks = 0
  PartialFile.prototype.assertOurs = async function () {
    if (++checks === 2)
      await writeFile(`${file}.new`, 'precious').then(() => rename(`${file}.new`, this.path))
    await assertOurs.call(this)
  }
  await t.rejects(retrieveToFile(file, optionsFor(MemoryVault.holding(bytes))), {
    code: 'ERR_OUTPUT_FILE',
    path: `${file}.partial`,
    message: /removed or replaced/,
  })
  await t.rejects(stat(file), { code: 'ENOENT' })
  t.equal(await readFile(`${file}.partial`, 'utf8'), 'precious')
})

t.test('bytes that were forged along with their hashes make no file', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const file = join(t.testdir(), 'out')
  await stopped(file, patternBytes(4 * MIB, 7), 3) // of another archive, called the same
  await t.rejects(retrieveToFile(file, optionsFor(MemoryVault.holding(bytes))), {
    code: 'ERR_HASH_MISMATCH',
    scope: 'archive',
  })
  await t.rejects(stat(file), { code: 'ENOENT' })
  await retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
  t.ok((await readFile(file)).equals(bytes), 'the notes that led there were discarded')
})

t.test('ranges that are not those of the archive make no file, and are fetched again', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const line = (start: number, end: number, content: Buffer): string =>
    JSON.stringify({ start, end, treeHash: treeHashOf(content) })
  for (const [name, lines, extra] of [
    ['one range in place of two', [line(0, 2 * MIB, bytes.subarray(0, 2 * MIB))], Buffer.alloc(0)],
    [
      'a range behind the end',
      [
        ...[0, 1, 2, 3, 4].map((i) => line(i * MIB, (i + 1) * MIB, bytes.subarray(i * MIB, (i + 1) * MIB))),
        line(5 * MIB, 6 * MIB, Buffer.alloc(MIB)),
      ],
      Buffer.alloc(MIB),
    ],
  ] as const)
    for (const archiveHashes of [undefined, [treeHashOf(bytes)]]) {
      const file = join(t.testdir(), 'out')
      await stopped(file, bytes, 3)
      const [subject = ''] = (await readFile(`${file}.partial.ranges`, 'utf8')).split('\n')
      await writeFile(`${file}.partial.ranges`, [subject, ...lines, ''].join('\n'))
      await writeFile(`${file}.partial`, Buffer.concat([bytes, extra]), { flag: 'r+' })
      const vault = MemoryVault.holding(bytes)
      const options = optionsFor(vault, { archiveSize: bytes.length, archiveHashes: archiveHashes })
      await t.rejects(retrieveToFile(file, options), { code: 'ERR_HASH_MISMATCH', scope: 'archive' }, name)
      await retrieveToFile(file, options)
      t.ok((await readFile(file)).equals(bytes), name)
      t.equal(count(vault, 'getJobOutput'), 5, 'the ranges are fetched once')
    }
})

t.test('notes that cannot be discarded do not hide that the bytes are wrong', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const file = join(t.testdir(), 'out')
  await stopped(file, patternBytes(4 * MIB, 7), 3) // of another archive, called the same
  const vault = MemoryVault.holding(bytes)
  vault.before = async ({ operation }) => {
    if (operation !== 'getJobOutput') return
    await rm(`${file}.partial.ranges`, { force: true, recursive: true })
    await mkdir(`${file}.partial.ranges`)
  }
  await t.rejects(retrieveToFile(file, optionsFor(vault, { concurrency: 1 })), {
    code: 'ERR_HASH_MISMATCH',
  })
})

t.test('a file belongs to one retrieval at a time, and the second is refused at once', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const dir = t.testdir()
  const file = join(dir, 'out')
  await symlink('out', join(dir, 'link'))
  const first = MemoryVault.holding(bytes)
  const hold = gate()
  const isReading = gate()
  first.before = ({ operation, range }) => {
    if (operation !== 'getJobOutput' || range?.start !== 4 * MIB) return undefined
    isReading.open()
    return hold.opened
  }
  const reading = retrieveToFile(file, optionsFor(first, { concurrency: 1 }))
  await isReading.opened
  const second = MemoryVault.holding(bytes)
  for (const path of [file, join(dir, 'link')]) {
    await t.rejects(retrieveToFile(path, optionsFor(second)), {
      name: 'LockHeldError',
      code: 'ERR_LOCK_HELD',
      owner: { pid: process.pid },
    })
  }
  t.strictSame(second.operations, [])
  hold.open()
  await reading
  t.ok((await readFile(file)).equals(bytes))
  t.strictSame((await readdir(dir)).sort(), ['link', 'out'])
})

t.test('who takes a lock while it is released takes it, or is told who holds it', async (t) => {
  const path = join(t.testdir(), 'out')
  let taken = 0
  const takeOften = async (): Promise<void> => {
    for (let i = 0; i < 150; i++) {
      try {
        const lock = await PartialLock.take(path)
        taken++
        await lock.release()
      } catch (error) {
        if (!(error instanceof LockHeldError)) throw error
      }
    }
  }
  // Another process releases it as often; a removal spoils one attempt of each at the most.
  const removeOften = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) {
      await rmdir(`${path}.partial.lock`).catch(() => undefined)
      await settled(2)
    }
  }
  await Promise.all([takeOften(), takeOften(), takeOften(), takeOften(), removeOften()])
  t.ok(taken > 0)
  t.strictSame(await readdir(join(path, '..')), [])
})

t.test('a lock whose folder of the owner cannot be made is released', async (t) => {
  const path = join(t.testdir(), 'out')
  const failures = [Object.assign(new Error('gone'), { code: 'ENOENT' }), undefined]
  const files: FileSystem = {
    ...systemFiles,
    mkdir: async (name, mode) => {
      const failure = name.endsWith('.owner') ? failures.shift() : undefined
      if (failure) throw failure
      await systemFiles.mkdir(name, mode)
    },
  }
  const runtime = { ...systemRuntime, files }
  await (await PartialLock.take(path, runtime)).release()
  t.strictSame(failures, [], 'a folder that another process removes is tried again')
  failures.push(Object.assign(new Error('disk full'), { code: 'ENOSPC' }))
  await t.rejects(PartialLock.take(path, runtime), { code: 'ERR_OUTPUT_FILE', cause: { code: 'ENOSPC' } })
  const clock = new VirtualClock()
  clock.chance = 0.5
  for (let i = 0; i < 200; i++) failures.push(Object.assign(new Error('gone'), { code: 'ENOENT' }))
  await t.rejects(PartialLock.take(path, { ...runtime, clock }), { cause: { code: 'ENOENT' } })
  const pauses = clock.pauses.filter((milliseconds) => milliseconds <= 10) // without those of the heartbeats
  t.strictSame(pauses, Array<number>(99).fill(5), 'it is tried 100 times, with pauses of some milliseconds')
  t.strictSame(await readdir(join(path, '..')), [])
})

t.test('a symbolic link in the folder of the lock does not lead to another file', async (t) => {
  const bytes = patternBytes(MIB)
  const dir = t.testdir({ precious: 'precious', 'out.partial.lock': {} })
  for (const name of ['mode', 'notes'])
    await symlink(join(dir, 'precious'), join(dir, 'out.partial.lock', name))
  await retrieveToFile(join(dir, 'out'), optionsFor(MemoryVault.holding(bytes)))
  t.ok((await readFile(join(dir, 'out'))).equals(bytes))
  t.equal(await readFile(join(dir, 'precious'), 'utf8'), 'precious')
})

t.test(
  'if the notes cannot be closed, the file is closed and the lock is released all the same',
  async (t) => {
    const path = join(t.testdir(), 'out')
    const open = new Set<string>()
    let fails = false
    const files: FileSystem = {
      ...systemFiles,
      open: async (...args) => {
        const file = await systemFiles.open(...args)
        const [name] = args
        open.add(name)
        return {
          ...file,
          close: async () => {
            await file.close()
            open.delete(name)
            if (fails && name.endsWith('notes')) throw Object.assign(new Error('i/o error'), { code: 'EIO' })
          },
        }
      },
    }
    const partial = await PartialFile.open({
      ...{ path, content: { vaultName, archiveIds: ['a'] }, rangeSizeFor: () => MIB, signal: undefined },
      ...{
        hashes: treeHashScheme(),
        limits: GLACIER_LIMITS,
        runtime: { ...systemRuntime, files },
        lockRuntime: systemRuntime,
      },
    })
    await partial.bytes.write(Buffer.alloc(1))
    fails = true
    await t.rejects(partial.close(), { code: 'EIO' })
    t.strictSame([...open], [])
    await (await PartialLock.take(path)).release()
  },
)

t.test(
  'an empty partial file that another empty one has replaced leaves the other where it is',
  async (t) => {
    const dir = t.testdir()
    const path = join(dir, 'out')
    const partial = await PartialFile.open({
      ...{ path, content: { vaultName, archiveIds: ['a'] }, rangeSizeFor: () => MIB, signal: undefined },
      ...{ hashes: treeHashScheme(), limits: GLACIER_LIMITS },
      ...{ runtime: systemRuntime, lockRuntime: systemRuntime },
    })
    await writeFile(`${path}.other`, '')
    await rename(`${path}.other`, partial.path)
    await partial.close()
    t.ok((await readdir(dir)).includes('out.partial'))
  },
)

t.test(
  'the bytes that a partial file occupies are at most its size, and none where it has a hole',
  async (t) => {
    const path = join(t.testdir(), 'out')
    const partial = await PartialFile.open({
      ...{ path, content: { vaultName, archiveIds: ['a'] }, rangeSizeFor: () => MIB, signal: undefined },
      ...{ hashes: treeHashScheme(), limits: GLACIER_LIMITS },
      ...{ runtime: systemRuntime, lockRuntime: systemRuntime },
    })
    await partial.bytes.truncate(64 * MIB)
    t.ok((await partial.allocated()) < MIB, 'a hole occupies nothing')
    await partial.bytes.truncate(0)
    await partial.bytes.write(Buffer.alloc(7))
    await partial.bytes.sync()
    t.equal(await partial.allocated(), 7, 'a block occupies more')
    await partial.close()
  },
)
