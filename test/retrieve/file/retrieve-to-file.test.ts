import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import {
  chmod,
  chown,
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
import { createServer } from 'node:net'
import { basename, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { LockHeldError } from '../../../lib/errors.js'
import { PartialFile } from '../../../lib/retrieve/file/partial-file.js'
import { PartialLock } from '../../../lib/retrieve/file/partial-lock.js'
import type { RetrieveArchiveOptions } from '../../../lib/vault/retrieval-options.js'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import { writeThrough } from '../../../lib/retrieve/file/stream-target.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { gate, settled } from '../../helpers/gate.js'
import { gathered } from '../../helpers/gather.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { count, optionsFor } from '../../helpers/retrieval.js'

const MIB = 1_048_576
const vaultName = 'backups'

/** What is in a folder: names, kinds and contents. */
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

t.test('a file appears when it is whole, and goes on where it stopped', async (t) => {
  const bytes = patternBytes(20 * MIB + 100)
  const dir = t.testdir()
  const file = join(dir, 'backup.tar')
  const aborting = new AbortController()
  const first = MemoryVault.holding(bytes)
  const stopping = retrieveToFile(file, optionsFor(first, { signal: aborting.signal }))
  stopping.on('range', ({ end }) => {
    if (end === 9 * MIB) aborting.abort()
  })
  await t.rejects(stopping, { name: 'AbortError' })
  t.strictSame((await readdir(dir)).sort(), ['backup.tar.partial', 'backup.tar.partial.ranges'])
  t.equal((await stat(`${file}.partial`)).mode & 0o777, 0o600)
  const lines = (await readFile(`${file}.partial.ranges`, 'utf8')).split('\n').length - 2
  t.ok(lines >= 7, `${lines} ranges are held`)

  const again = MemoryVault.holding(bytes)
  let held = 0
  await retrieveToFile(file, optionsFor(again)).on('held', (ranges) => (held = ranges.length))
  t.equal(held, lines)
  t.equal(count(again, 'getJobOutput'), 21 - held)
  t.ok((await readFile(file)).equals(bytes))
  t.strictSame(await readdir(dir), ['backup.tar'])
  await retrieveToFile(file, optionsFor(again))
  t.ok((await readFile(file)).equals(bytes), 'one that is there is replaced')
})

/** Leaves a file that was stopped after so many ranges. */
async function stopped(
  file: string,
  bytes: Buffer,
  ranges: number,
  more: Partial<RetrieveArchiveOptions> = {},
): Promise<void> {
  const vault = MemoryVault.holding(bytes)
  vault.before = ({ operation, range }) => {
    if (operation === 'getJobOutput' && range && range.start >= ranges * MIB) throw new Error('stopped')
  }
  await retrieveToFile(file, optionsFor(vault, { concurrency: 1, ...more })).catch(() => undefined)
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
        await writeFile(`${file}.ranges`, text.replace(/"treeHash":"\w{4}/, '"treeHash":"0000'))
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
      message: /retrieved so far of a in the vault backups\. To continue that, run that command again/,
    })
    t.strictSame(vault.operations, [], 'nothing was asked of the service')
    t.ok((await readFile(`${file}.partial`)).equals(before))
    await retrieveToFile(file, optionsFor(vault))
    t.ok((await readFile(file)).equals(bytes), 'and what it was begun for continues')
  }
  const file = join(t.testdir(), 'out')
  await stopped(file, bytes, 1, { range, archiveSize: bytes.length })
  await t.rejects(retrieveToFile(file, optionsFor(MemoryVault.holding(bytes))), {
    message: /of bytes 0 to 3145728 of a in the vault/,
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
    ['an empty file without notes', (file) => writeFile(`${file}.partial`, '')],
    ['a directory', (file) => mkdir(`${file}.partial`)],
    ['a link', (file) => symlink('precious', `${file}.partial`)],
    ['notes that are none', (file) => writeFile(`${file}.partial.ranges`, 'precious')],
    ['notes that are a FIFO', async (file) => void execFileSync('mkfifo', [`${file}.partial.ranges`])],
    ['notes that are a directory', (file) => mkdir(`${file}.partial.ranges`)],
    ['notes of JSON', (file) => writeFile(`${file}.partial.ranges`, 'null\n')],
    [
      'notes of no range size',
      async (file) => {
        const subject = { vaultName, archiveIds: ['a'], rangeSize: -5, file: null }
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
      'a file beside notes of one that was about to be created',
      async (file) => {
        const subject = { vaultName, archiveIds: ['a'], rangeSize: MIB, file: null }
        await writeFile(`${file}.partial.ranges`, `${JSON.stringify(subject)}\n`)
        await writeFile(`${file}.partial`, 'precious')
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
  const subject = { vaultName, archiveIds: ['a'], rangeSize: MIB, file: null }
  for (const isCreated of [false, true]) {
    const file = join(t.testdir(), 'out')
    await writeFile(`${file}.partial.ranges`, `${JSON.stringify(subject)}\n`)
    if (isCreated) await writeFile(`${file}.partial`, '')
    await retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
    t.ok((await readFile(file)).equals(bytes))
  }
  const file = join(t.testdir(), 'out')
  await stopped(file, patternBytes(3 * MIB, 7), 2)
  await rm(`${file}.partial`)
  const other = MemoryVault.holding(bytes)
  other.archives.set('b', bytes)
  await retrieveToFile(file, optionsFor(other, { archiveId: 'b' }))
  t.ok((await readFile(file)).equals(bytes), 'notes without a file hold nobody up')
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

t.test('a retrieval that fails before its first byte leaves nothing', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'out')
  await t.rejects(retrieveToFile(file, optionsFor(new MemoryVault())), { code: 'ERR_NOT_FOUND' })
  t.strictSame(await readdir(dir), [])
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

t.test(
  'a file keeps its owner when it is replaced',
  { skip: process.getuid?.() !== 0 && 'only the superuser may give a file away' },
  async (t) => {
    const file = join(t.testdir({ out: 'x' }), 'out')
    await chown(file, 1234, 2345)
    await retrieveToFile(file, optionsFor(MemoryVault.holding(patternBytes(MIB))))
    t.match(await stat(file), { uid: 1234, gid: 2345 })
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
    message: /All bytes are in .*out\.partial, verified, but it cannot be renamed: EISDIR\./,
    cause: { syscall: 'rename' },
  })
  t.equal((await stat(`${file}.partial`)).mode & 0o777, 0o600)
  await rmdir(file)
  const again = MemoryVault.holding(bytes)
  await retrieveToFile(file, optionsFor(again))
  t.equal(count(again, 'getJobOutput'), 0)
  t.ok((await readFile(file)).equals(bytes))
})

t.test('links are followed, and the partial file lies beside what they lead to', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const dir = t.testdir({ target: {}, there: 'x' })
  await symlink('there', join(dir, 'first'))
  await symlink('target', join(dir, 'folder'))
  await symlink(join('folder', '..', 'second'), join(dir, 'chained'))
  await symlink(join('target', 'new'), join(dir, 'second'))
  for (const [link, target] of [
    ['first', 'there'],
    ['chained', join('target', 'new')],
  ] as const) {
    await stopped(join(dir, link), bytes, 2)
    t.ok((await readdir(join(dir, target, '..'))).includes(`${basename(target)}.partial`))
    await retrieveToFile(join(dir, link), optionsFor(MemoryVault.holding(bytes)))
    t.ok((await lstat(join(dir, link))).isSymbolicLink())
    t.ok((await lstat(join(dir, target))).isFile())
    t.ok((await readFile(join(dir, link))).equals(bytes))
  }
  await symlink('round', join(dir, 'round'))
  const round = retrieveToFile(join(dir, 'round'), optionsFor(MemoryVault.holding(bytes)))
  await t.rejects(round, { code: 'ERR_OUTPUT_FILE', message: /leads to itself/ })
})

t.test('what cannot become a file is refused before a job is started', async (t) => {
  const dir = t.testdir({ folder: {}, file: '' })
  await symlink('folder', join(dir, 'link'))
  await symlink(join('none', 'x'), join(dir, 'dangling'))
  await writeFile(join(dir, 'locked.partial.lock'), '')
  const bytes = patternBytes(2 * MIB)
  for (const path of [join(dir, 'new/'), join(dir, 'file/')]) {
    const vault = MemoryVault.holding(bytes)
    await t.rejects(retrieveToFile(path, optionsFor(vault)), {
      code: 'ERR_OUTPUT_FILE',
      message: /path of a directory\. Give the path of a file\.$/,
    })
    t.strictSame(vault.operations, [], path)
  }
  for (const [name, message, more] of [
    ['folder', /It is a directory/, {}],
    ['link', /It is a directory/, {}],
    [join('none', 'x'), /The directory .*none does not exist/, {}],
    ['dangling', /The directory .*none does not exist/, {}],
    ['locked', /Its lock cannot be taken/, {}],
    ['out', /too little free space: 9007199254740991 more bytes are needed/, { archiveSize: 2 ** 53 - 1 }],
    [
      'out',
      /too little free space/,
      { archiveId: ['a', 'a'], archiveSizes: [2 ** 52, 2 ** 52], archiveSize: undefined },
    ],
    ['out', /too little free space/, { range: { start: 0, end: 2 ** 52 }, archiveSize: 2 ** 52 }],
  ] as const) {
    const vault = MemoryVault.holding(bytes)
    await t.rejects(retrieveToFile(join(dir, name), optionsFor(vault, more)), {
      name: 'OutputFileError',
      code: 'ERR_OUTPUT_FILE',
      message,
    })
    t.strictSame(vault.operations, [], name)
  }
  t.strictSame((await readdir(dir)).sort(), ['dangling', 'file', 'folder', 'link', 'locked.partial.lock'])
  await t.rejects(retrieveToFile(join(dir, 'file', 'x'), optionsFor(MemoryVault.holding(bytes))), {
    code: 'ENOTDIR',
  })
  const long = join(dir, 'x'.repeat(241)) // too long with what is added to it
  await t.rejects(retrieveToFile(long, optionsFor(MemoryVault.holding(bytes))), { code: 'ENAMETOOLONG' })
})

t.test('where the size is not known, the space is looked at before the first byte is written', async (t) => {
  const dir = t.testdir()
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  const describeJob = vault.describeJob.bind(vault)
  const size = 2 ** 52
  vault.describeJob = async (request) => ({
    ...(await describeJob(request)),
    archiveSize: size,
    range: { start: 0, end: size },
  })
  await t.rejects(retrieveToFile(join(dir, 'out'), optionsFor(vault, { concurrency: 1 })), {
    code: 'ERR_OUTPUT_FILE',
    message: /too little free space/,
  })
  t.strictSame(await readdir(dir), [])
})

t.test('a FIFO is written through, verified bytes only, and nothing is kept beside it', async (t) => {
  const bytes = patternBytes(5 * MIB)
  const dir = t.testdir()
  const fifo = join(dir, 'fifo')
  execFileSync('mkfifo', [fifo])
  const read = gathered(createReadStream(fifo))
  await retrieveToFile(fifo, optionsFor(MemoryVault.holding(bytes)))
  t.ok((await read).equals(bytes))

  const bad = MemoryVault.holding(bytes)
  bad.tamper = (output, { range }) =>
    range.start < 2 * MIB ? output : { ...output, treeHash: 'f'.repeat(64) }
  const cut = gathered(createReadStream(fifo))
  await t.rejects(retrieveToFile(fifo, optionsFor(bad)), { code: 'ERR_TREE_HASH_MISMATCH' })
  t.ok((await cut).equals(bytes.subarray(0, 2 * MIB)), 'what was verified')

  const left = createReadStream(fifo)
  left.once('data', () => left.destroy())
  await t.rejects(retrieveToFile(fifo, optionsFor(MemoryVault.holding(bytes))), {
    code: 'ERR_OUTPUT_FILE',
    message: /Its reader closed it/,
    cause: { code: 'EPIPE' },
  })
  t.strictSame(await readdir(dir), ['fifo'])
  t.ok((await lstat(fifo)).isFIFO())
})

t.test('FIFOs that nobody reads can take all threads, and the signal ends all waits', async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const aborting = new AbortController()
  const vault = MemoryVault.holding(patternBytes(10))
  const options = optionsFor(vault, { signal: aborting.signal })
  const waiting = Array.from({ length: 12 }, () => retrieveToFile(fifo, options))
  await settled()
  aborting.abort()
  for (const it of waiting) await t.rejects(it, { name: 'AbortError' })
})

t.test('a FIFO that nobody reads is waited for, until the signal', async (t) => {
  const fifo = join(t.testdir(), 'fifo')
  execFileSync('mkfifo', [fifo])
  const vault = MemoryVault.holding(patternBytes(MIB))
  const aborting = new AbortController()
  const waiting = retrieveToFile(fifo, optionsFor(vault, { signal: aborting.signal }))
  await settled()
  aborting.abort()
  await t.rejects(waiting, { name: 'AbortError' })
  const before = retrieveToFile(fifo, optionsFor(vault, { signal: AbortSignal.abort() }))
  await t.rejects(before, { name: 'AbortError' })
  t.equal(count(vault, 'startRetrieval'), 0)
})

t.test('a socket is written through', { skip: process.platform === 'win32' }, async (t) => {
  const bytes = patternBytes(2 * MIB)
  const path = join(t.testdir(), 's')
  const connected = gate()
  let found: Promise<Buffer> | undefined
  const server = createServer((socket) => {
    found = gathered(socket)
    connected.open()
  })
  server.listen(relative(process.cwd(), path)) // such a path may not be long
  await once(server, 'listening')
  t.teardown(() => server.close())
  await retrieveToFile(relative(process.cwd(), path), optionsFor(MemoryVault.holding(bytes)))
  await connected.opened
  t.ok((await found)?.equals(bytes))
})

t.test('what is neither a FIFO nor a socket is opened at once', async (t) => {
  const path = join(t.testdir({ device: '' }), 'device')
  const { signal } = new AbortController()
  const read = (): Readable => Readable.from([patternBytes(9)])
  await writeThrough({ kind: 'stream', path, isFifo: false, isSocket: false }, read, signal)
  t.ok((await readFile(path)).equals(patternBytes(9)))
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
    code: 'ERR_TREE_HASH_MISMATCH',
    scope: 'archive',
  })
  await t.rejects(stat(file), { code: 'ENOENT' })
  await retrieveToFile(file, optionsFor(MemoryVault.holding(bytes)))
  t.ok((await readFile(file)).equals(bytes), 'the notes that led there were discarded')
})

t.test('all bytes may be there already, and several archives are one file', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const file = join(t.testdir(), 'out')
  const holding = (): MemoryVault => {
    const vault = MemoryVault.holding(bytes)
    vault.archives.set('b', patternBytes(2 * MIB + 5, 3))
    return vault
  }
  const first = holding()
  // It fails when all is there: a directory has taken the place of the file.
  first.before = async ({ operation }) => {
    if (operation === 'getJobOutput') await mkdir(file, { recursive: true })
  }
  await t.rejects(retrieveToFile(file, optionsFor(first, { archiveId: ['a', 'b'] })), {
    cause: { code: 'EISDIR' },
  })
  await rm(file, { recursive: true })
  const again = holding()
  await retrieveToFile(file, optionsFor(again, { archiveId: ['a', 'b'] }))
  t.equal(count(again, 'getJobOutput'), 0, 'nothing was fetched again')
  t.ok((await readFile(file)).equals(Buffer.concat([bytes, patternBytes(2 * MIB + 5, 3)])))
})

t.test('an archive that is there whole needs no job, where its hash is known', async (t) => {
  const volumes = [patternBytes(3 * MIB, 1), patternBytes(2 * MIB, 2), patternBytes(2 * MIB + 5, 3)]
  const archiveId = ['a', 'b', 'c']
  const holding = (): MemoryVault => {
    const vault = new MemoryVault()
    for (const [i, bytes] of volumes.entries()) vault.archives.set(archiveId[i] ?? '', bytes)
    return vault
  }
  const archiveSizes = volumes.map(({ length }) => length)
  const archiveTreeHashes = volumes.map((bytes) => treeHashOf(bytes))
  const known = { archiveId, archiveSizes, archiveTreeHashes }
  const startedAfter = async (more: Partial<RetrieveArchiveOptions>, ranges: number): Promise<unknown[]> => {
    const file = join(t.testdir(), 'out')
    const first = holding()
    let outputs = 0
    first.before = async ({ operation }) => {
      if (operation === 'getJobOutput' && ++outputs > ranges) throw new Error('stopped')
    }
    await t.rejects(retrieveToFile(file, optionsFor(first, { ...known, concurrency: 1 })), {
      message: 'stopped',
    })
    const again = holding()
    const told: unknown[] = []
    const download = retrieveToFile(file, optionsFor(again, { ...known, ...more }))
    await download.on('range', ({ start }) => told.push(start))
    t.ok((await readFile(file)).equals(Buffer.concat(volumes)))
    t.equal(told[told.length - 1], 7 * MIB, 'ranges are those of the stream')
    return again.calls.flatMap((call) => (call.operation === 'startRetrieval' ? call.archiveId : []))
  }
  t.strictSame(await startedAfter({}, 4), ['b', 'c'], 'of the second not all is there')
  t.strictSame(await startedAfter({}, 7), ['c'])
  t.strictSame(await startedAfter({ archiveTreeHashes: undefined }, 7), ['a', 'b', 'c'])
  const wrong = ['f'.repeat(64), ...archiveTreeHashes.slice(1)]
  t.strictSame(await startedAfter({ archiveTreeHashes: wrong }, 7), ['a', 'b', 'c'], 'a job decides')

  const file = join(t.testdir(), 'out')
  const full = holding()
  full.after = async ({ operation, jobId, range }) => {
    if (operation === 'getJobOutput' && jobId === 'c' && range?.start === 2 * MIB) await mkdir(file)
  }
  await t.rejects(retrieveToFile(file, optionsFor(full, known)), { cause: { code: 'EISDIR' } })
  await rm(file, { recursive: true })
  const none = new MemoryVault()
  await retrieveToFile(file, optionsFor(none, known))
  t.strictSame(none.operations, [], 'all was there')
  t.ok((await readFile(file)).equals(Buffer.concat(volumes)))
})

t.test('of a range nothing is kept, but the file is as much its own', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const dir = t.testdir()
  const file = join(dir, 'out')
  const range = { start: 5, end: 4 * MIB + 5 }
  const options = { range, archiveSize: bytes.length }
  await stopped(file, bytes, 2, options)
  t.strictSame((await readdir(dir)).sort(), ['out.partial', 'out.partial.ranges'])
  const vault = MemoryVault.holding(bytes)
  const resumed = retrieveToFile(file, optionsFor(vault, options))
  resumed.on('held', () => {
    t.fail('no range is held')
  })
  await resumed
  t.ok((await readFile(file)).equals(bytes.subarray(5, 4 * MIB + 5)))
  t.strictSame(await readdir(dir), ['out'])
  const wrong = retrieveToFile(file, optionsFor(vault, { archiveId: [] }))
  t.equal(wrong.plan, undefined)
  await t.rejects(wrong, { name: 'RangeError' })
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
    code: 'ERR_TREE_HASH_MISMATCH',
  })
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

t.test('a symbolic link in the folder of the lock does not lead to another file', async (t) => {
  const bytes = patternBytes(MIB)
  const dir = t.testdir({ precious: 'precious', 'out.partial.lock': {} })
  for (const name of ['mode', 'notes'])
    await symlink(join(dir, 'precious'), join(dir, 'out.partial.lock', name))
  await retrieveToFile(join(dir, 'out'), optionsFor(MemoryVault.holding(bytes)))
  t.ok((await readFile(join(dir, 'out'))).equals(bytes))
  t.equal(await readFile(join(dir, 'precious'), 'utf8'), 'precious')
})
