import { treeHashScheme } from '../../../lib/glacier/tree-hash-scheme.js'
import { readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { GLACIER_LIMITS } from '../../../lib/glacier/limits.js'
import { assertFits } from '../../../lib/retrieve/file/free-space.js'
import { heldRanges } from '../../../lib/retrieve/file/held-ranges.js'
import {
  isSameContent,
  readNotes,
  writeNotes,
  type PartialContent,
} from '../../../lib/retrieve/file/partial-notes.js'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { MIB } from '../../../lib/sizes.js'

const subject = {
  vaultName: 'docs',
  archiveIds: ['a', 'b'],
  rangeSize: MIB,
  file: { inode: '1', birthtime: '1' },
}
const ranges = [0, 1, 2].map((i) => ({
  start: i * MIB,
  end: (i + 1) * MIB,
  hash: String(i).repeat(64),
}))

t.test('notes of a gigabyte are not of this tool, and are not read', async (t) => {
  const path = join(t.testdir(), 'out.partial.ranges')
  await writeFile(path, `${JSON.stringify(subject)}\n`)
  t.match(await readNotes(path, GLACIER_LIMITS, systemFiles), { subject, ranges: { length: 0 } })
  await truncate(path, 1_000_000_000) // zeros, which take no space on the disk
  t.equal(await readNotes(path, GLACIER_LIMITS, systemFiles), 'foreign')
})

t.test('notes are read as they were written, and replace earlier ones', async (t) => {
  const dir = t.testdir({ notes: 'earlier', temporary: 'left by a process that was killed' })
  const [path, temporary] = [join(dir, 'notes'), join(dir, 'temporary')]
  const notes = { subject: { ...subject, file: { inode: '5', birthtime: '6' } }, ranges }
  const file = await writeNotes(path, temporary, notes, systemFiles)
  await file.writeFile(`${JSON.stringify({ start: 3 * MIB, end: 3 * MIB + 7, hash: 'f'.repeat(64) })}\n`)
  await file.close()
  t.strictSame(await readNotes(path, GLACIER_LIMITS, systemFiles), {
    ...notes,
    ranges: [...ranges, { start: 3 * MIB, end: 3 * MIB + 7, hash: 'f'.repeat(64) }],
  })
  t.equal((await stat(path)).mode & 0o777, 0o600)
  await t.rejects(stat(temporary), { code: 'ENOENT' })
  t.equal(await readNotes(join(dir, 'none'), GLACIER_LIMITS, systemFiles), undefined)
})

t.test('notes that cannot be written leave the earlier ones, and no open file', async (t) => {
  const dir = t.testdir({ notes: 'earlier' })
  let closed = 0
  const files: FileSystem = {
    ...systemFiles,
    open: async (...args) => {
      const file = await systemFiles.open(...args)
      return {
        ...file,
        sync: () => Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' })),
        close: () => {
          closed++
          return file.close()
        },
      }
    },
  }
  await t.rejects(writeNotes(join(dir, 'notes'), join(dir, 'temporary'), { subject, ranges }, files), {
    code: 'EIO',
  })
  t.equal(closed, 1)
  t.equal(await readFile(join(dir, 'notes'), 'utf8'), 'earlier')
})

t.test('notes are of this tool only if their first line has all its fields', async (t) => {
  const path = join(t.testdir(), 'notes')
  const read = async (text: string): ReturnType<typeof readNotes> => {
    await writeFile(path, text)
    return readNotes(path, GLACIER_LIMITS, systemFiles)
  }
  for (const more of [
    { vaultName: undefined },
    { vaultName: 5 },
    { archiveIds: 'a' },
    { archiveIds: undefined },
    { archiveIds: ['a', 5] },
    { rangeSize: undefined },
    { rangeSize: String(MIB) },
    { rangeSize: MIB / 2 },
    { rangeSize: 3 * MIB },
    { rangeSize: 2 * GLACIER_LIMITS.maxPartSize },
    { file: undefined },
  ])
    t.equal(await read(`${JSON.stringify({ ...subject, ...more })}\n`), 'foreign', JSON.stringify(more))
  for (const text of ['', '\n', 'null', '5', '{', `\n${JSON.stringify(subject)}\n`])
    t.equal(await read(text), 'foreign', text)
  for (const rangeSize of [MIB, 2 * MIB, GLACIER_LIMITS.maxPartSize])
    t.match(await read(JSON.stringify({ ...subject, rangeSize })), {
      subject: { rangeSize },
      ranges: { length: 0 },
    })
  const dir = t.testdir({ file: JSON.stringify(subject), folder: {} })
  await symlink('file', join(dir, 'link'))
  for (const name of ['folder', 'link'])
    t.equal(await readNotes(join(dir, name), GLACIER_LIMITS, systemFiles), 'foreign', name)
})

t.test('ranges of notes are read up to the first line that does not continue them', async (t) => {
  const path = join(t.testdir(), 'notes')
  const lines = ranges.map((range) => JSON.stringify(range))
  const count = async (...rest: string[]): Promise<number> => {
    await writeFile(path, [JSON.stringify(subject), ...rest].join('\n'))
    const notes = await readNotes(path, GLACIER_LIMITS, systemFiles)
    return typeof notes === 'object' ? notes.ranges.length : NaN
  }
  const [first = '', second = '', third = ''] = lines
  t.equal(await count(...lines), 3)
  t.equal(await count(first, third), 1, 'a gap')
  t.equal(await count(second, third), 0, 'not from the start')
  t.equal(await count(first, '', second), 1, 'an empty line')
  t.equal(await count(first, second.slice(0, -1)), 1, 'an incomplete line')
  t.equal(await count(first, `x${second}`, third), 1, 'text before a range')
  t.equal(await count(first, `${second}x`, third), 1, 'text after a range')
  t.equal(await count(first, second.replace(/1{64}/, '1'.repeat(63))), 1, 'a short hash')
  t.equal(await count(first, second.replace(/1{64}/, 'G'.repeat(64))), 1, 'no hash')
  t.equal(await count(first, second.replace('1048576', '1.0')), 1, 'a fraction')
})

t.test('partial files have the same content if vault, archives and range are the same', (t) => {
  const content: PartialContent = { vaultName: 'docs', archiveIds: ['a', 'b'] }
  const part = { ...content, range: { start: 5, end: 9 } }
  t.ok(isSameContent(content, { ...content, archiveIds: ['a', 'b'] }))
  t.ok(isSameContent(part, { ...part, range: { start: 5, end: 9 } }))
  for (const [a, b] of [
    [content, { ...content, vaultName: 'other' }],
    [content, { ...content, archiveIds: ['a'] }],
    [content, { ...content, archiveIds: ['b', 'a'] }],
    [content, part],
    [part, content],
    [part, { ...part, range: { start: 4, end: 9 } }],
    [part, { ...part, range: { start: 5, end: 8 } }],
  ] as const)
    t.notOk(isSameContent(a, b), JSON.stringify([a, b]))
  t.end()
})

t.test('bytes fit if at least as many are free, or if the file system does not say', async (t) => {
  const check = (bytes: number, found: { blocks: number; bavail: number; bsize: number }): Promise<void> =>
    assertFits('out', 'folder', bytes, {
      ...systemFiles,
      statfs: (folder) => {
        t.equal(folder, 'folder')
        return Promise.resolve(found)
      },
    })
  const found = { blocks: 100, bavail: 3, bsize: 512 }
  await t.resolves(check(1536, found))
  await t.rejects(check(1537, found), {
    code: 'ERR_OUTPUT_FILE',
    message: /1537 more bytes are needed, 1536 are free/,
  })
  await t.rejects(check(1, { ...found, bavail: 0 }), { code: 'ERR_OUTPUT_FILE' })
  await t.resolves(check(1, { blocks: 0, bavail: 0, bsize: 512 }))
})

t.test('held ranges end with the first that differs, and the hasher is closed', async (t) => {
  const { signal } = new AbortController()
  let closed = 0
  const check = (
    hash: (start: number) => { size: number; hash: string },
    by: AbortSignal | 'none' = signal,
  ): Promise<unknown> =>
    heldRanges('out', ranges, {
      limits: GLACIER_LIMITS,
      signal: by === 'none' ? undefined : by,
      hashes: treeHashScheme(),
      runtime: { files: systemFiles },
      makeHasher: () => ({
        hash: async (path, { range, signal: seen }) => {
          t.equal(path, 'out')
          t.equal(seen, by === 'none' ? undefined : by)
          return Promise.resolve(hash(range.start))
        },
        close: () => closed++,
      }),
    })
  const right = (start: number): { size: number; hash: string } => ({
    size: MIB,
    hash: String(start / MIB).repeat(64),
  })
  t.strictSame(await check(right), ranges)
  t.strictSame(
    await check((start) => (start === MIB ? { ...right(start), hash: 'f'.repeat(64) } : right(start))),
    ranges.slice(0, 1),
  )
  t.strictSame(
    await check((start) => (start === MIB ? { ...right(start), size: MIB - 1 } : right(start))),
    ranges.slice(0, 1),
  )
  const failing = (start: number): { size: number; hash: string } => {
    if (start === 2 * MIB) throw new Error('i/o error')
    return right(start)
  }
  t.strictSame(await check(failing), ranges.slice(0, 2), 'a range that cannot be read is fetched again')
  t.strictSame(await check(failing, 'none'), ranges.slice(0, 2))
  await t.rejects(check(failing, AbortSignal.abort()), { message: 'i/o error' })
  t.equal(closed, 6)
})
