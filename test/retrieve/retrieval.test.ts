import { mkdir, readFile, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deepStrictEqual, ok } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { alignedRanges } from '../../lib/retrieve/aligned-ranges.js'
import type { ArchiveReader } from '../../lib/retrieve/archive-reader.js'
import {
  retrieveArchive,
  startRetrieval,
  type RetrieveArchiveOptions,
} from '../../lib/retrieve/retrieve-archive.js'
import { retrieveToFile } from '../../lib/retrieve/retrieve-to-file.js'
import { isTreeHashAligned, type ByteRange } from '../../lib/vault/byte-range.js'
import { gathered } from '../helpers/gather.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const MIB = 1_048_576
const vaultName = 'backups'

function optionsFor(client: MemoryVault, more: Partial<RetrieveArchiveOptions> = {}): RetrieveArchiveOptions {
  const common = { client, vaultName, archiveId: 'a', rangeSize: MIB, retryFor: 10_000, concurrency: 2 }
  return { ...common, clock: new VirtualClock(), ...more }
}

function count(vault: MemoryVault, operation: string): number {
  return vault.operations.filter((other) => other === operation).length
}

t.test('a job that is there is used again, where it brings out the same, and soon enough', async (t) => {
  const chosenFor = async (
    change: (vault: MemoryVault) => void,
    more: Partial<RetrieveArchiveOptions> = {},
  ): Promise<boolean | undefined> => {
    const vault = MemoryVault.holding(patternBytes(2 * MIB))
    vault.archives.set('b', patternBytes(MIB))
    vault.jobs.push('a')
    change(vault)
    const reader = retrieveArchive(optionsFor(vault, more))
    const told: boolean[] = []
    reader.on('job', (_jobId, found) => told.push(found))
    await gathered(reader)
    t.equal(count(vault, 'startRetrieval'), told[0] ? 0 : 1)
    return told[0]
  }
  const nothing = (): void => undefined
  t.equal(await chosenFor(nothing), true)
  t.equal(await chosenFor(nothing, { archiveId: 'b' }), false, 'it is of another archive')
  t.equal(await chosenFor(nothing, { range: { start: 0, end: MIB } }), false, 'it is of the whole')
  t.equal(
    await chosenFor((vault) => vault.jobs.push('a@0-1048576'), { range: { start: 0, end: MIB } }),
    true,
    'it is of the range',
  )
  t.equal(
    await chosenFor((vault) => (vault.completionDate = '2026-01-01T00:00:00Z')),
    false,
    'it expires soon',
  )
  t.equal(await chosenFor((vault) => (vault.listedStatus = 'Failed')), false)
  const underWay = (vault: MemoryVault): void => void (vault.listedStatus = 'InProgress')
  t.equal(await chosenFor(underWay), true, 'it is under way')
  t.equal(await chosenFor(underWay, { tier: 'Bulk' }), true, 'it is faster than was asked for')
  t.equal(await chosenFor(underWay, { tier: 'Expedited' }), false, 'it is slower')
  t.equal(await chosenFor(nothing, { tier: 'Expedited' }), true, 'but it is done')
})

t.test('jobs can be started without waiting for them, and waited for later', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const vault = MemoryVault.holding(bytes)
  t.strictSame(await startRetrieval(optionsFor(vault)), ['a'])
  t.strictSame(vault.operations, ['listJobs', 'startRetrieval'])
  t.ok((await gathered(retrieveArchive(optionsFor(vault)))).equals(bytes))
  t.equal(count(vault, 'startRetrieval'), 1)
  const given = MemoryVault.holding(bytes)
  t.ok((await gathered(retrieveArchive(optionsFor(given, { jobId: 'a' })))).equals(bytes))
  t.equal(count(given, 'listJobs'), 0, 'one that is given is not looked for')
  const part = { jobId: 'a@1048576-2097152', range: { start: MIB, end: 2 * MIB } }
  t.ok((await gathered(retrieveArchive(optionsFor(given, part)))).equals(bytes.subarray(MIB, 2 * MIB)))
  for (const more of [
    { archiveId: ['a', 'b'], jobId: 'a' },
    { archiveId: ['a', 'b'], range: { start: 0, end: 1 } },
    { range: { start: 5, end: 5 } },
    { range: { start: -1, end: 5 } },
    { range: { start: 0.5, end: 5 } },
    { range: { start: 0, end: 6 }, archiveSize: 5 },
  ]) {
    t.throws(() => retrieveArchive(optionsFor(vault, more)), { name: 'RangeError' }, JSON.stringify(more))
  }
})

t.test('any range is covered by a few that can be verified', async (t) => {
  const sizes = fc.integer({ min: 1, max: 200 * MIB })
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), fc.boolean(), (size, a, b, isKnown) => {
      const start = a % size
      const end = start + 1 + (b % (size - start))
      const ranges = alignedRanges({ start, end }, isKnown ? size : undefined)
      const all = isKnown ? size : Math.ceil(size / MIB) * MIB
      for (const [i, range] of ranges.entries()) {
        ok(isTreeHashAligned(range, all) || isTreeHashAligned(range, 2 ** 40), JSON.stringify(range))
        if (i > 0) deepStrictEqual(range.start, ranges[i - 1]?.end, 'no gap')
      }
      const [first, last] = [ranges[0] as ByteRange, ranges.at(-1) as ByteRange]
      ok(first.start <= start && last.end >= end && last.end <= all)
      const more = last.end - first.start - (end - start)
      ok(more <= Math.max(2 * MIB, (end - start) / 8), `${more} more than ${end - start}`)
      ok(ranges.length <= 12, `${ranges.length} ranges`)
    }),
    { numRuns: 2000 },
  )
  t.pass('as all were')
  const GIB = 1024 * MIB
  t.strictSame(alignedRanges({ start: 10 * GIB, end: 11 * GIB }), [{ start: 10 * GIB, end: 11 * GIB }])
})

t.test('just the range that was asked for is handed on', async (t) => {
  const bytes = patternBytes(10.5 * MIB)
  const vault = MemoryVault.holding(bytes)
  for (const [start, end] of [
    [0, 1],
    [MIB - 1, MIB + 1],
    [3 * MIB + 5, 9 * MIB - 7],
    [10 * MIB, bytes.length],
    [10.25 * MIB, 10.5 * MIB],
    [0, bytes.length],
  ] as const) {
    const options = optionsFor(vault, { range: { start, end }, archiveSize: bytes.length })
    const reader = retrieveArchive(options)
    let told = 0
    reader.on('range', (range) => (told = range.end))
    const found = await gathered(reader)
    t.ok(found.equals(bytes.subarray(start, end)), `${start} to ${end}`)
    t.equal(told, end - start)
  }
})

t.test('a job that is forgotten amid the reading is started again, and what is read goes on', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const vault = MemoryVault.holding(bytes)
  let outputs = 0
  vault.before = ({ operation }) => {
    if (operation === 'getJobOutput' && ++outputs === 4) vault.expiredJobs.add('a')
  }
  const reader = retrieveArchive(optionsFor(vault))
  const told: unknown[] = []
  reader.on('job', (jobId) => told.push(jobId))
  t.ok((await gathered(reader)).equals(bytes))
  t.equal(told.length, 2, 'two jobs')
  t.equal(count(vault, 'startRetrieval'), 2)
  t.ok(outputs <= 8 + 3, 'what was fetched was not fetched again')

  const gone = MemoryVault.holding(bytes)
  gone.before = ({ operation, jobId }) => {
    if (operation === 'getJobOutput') gone.expiredJobs.add(jobId ?? '')
  }
  await t.rejects(gathered(retrieveArchive(optionsFor(gone))), { code: 'ERR_NOT_FOUND' })
  t.equal(count(gone, 'startRetrieval'), 4, 'not for ever')
})

t.test('a file appears when it is whole, and goes on where it stopped', async (t) => {
  const bytes = patternBytes(20 * MIB + 100)
  const dir = t.testdir()
  const file = join(dir, 'backup.tar')
  const aborting = new AbortController()
  const first = MemoryVault.holding(bytes)
  const stopping = retrieveToFile(file, optionsFor(first, { signal: aborting.signal }), (reader) => {
    reader.on('range', ({ end }) => {
      if (end === 9 * MIB) aborting.abort()
    })
  })
  await t.rejects(stopping, { name: 'AbortError' })
  t.strictSame((await readdir(dir)).sort(), ['backup.tar.partial', 'backup.tar.partial.ranges'])
  t.equal((await stat(`${file}.partial`)).mode & 0o777, 0o600)
  const lines = (await readFile(`${file}.partial.ranges`, 'utf8')).split('\n').length - 2
  t.ok(lines >= 7, `${lines} ranges are held`)

  const again = MemoryVault.holding(bytes)
  let held = 0
  await retrieveToFile(file, optionsFor(again), (_reader, ranges) => (held = ranges.length))
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
    ['the lines', async (file: string) => writeFile(`${file}.ranges`, 'x'), 0],
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

t.test('what was left of another archive, or with ranges of another size, is not used', async (t) => {
  const bytes = patternBytes(8 * MIB)
  for (const more of [{ archiveId: 'b' }, { rangeSize: 2 * MIB }, { vaultName: 'other' }]) {
    const file = join(t.testdir(), 'out')
    await stopped(file, bytes, 6)
    const vault = MemoryVault.holding(bytes)
    vault.archives.set('b', bytes)
    await retrieveToFile(file, optionsFor(vault, more))
    t.equal(count(vault, 'getJobOutput'), more.rangeSize === undefined ? 8 : 4, JSON.stringify(more))
    t.ok((await readFile(file)).equals(bytes))
  }
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
  await t.rejects(retrieveToFile(file, optionsFor(MemoryVault.holding(bytes))), {
    code: 'ERR_TREE_HASH_MISMATCH',
  })
})

t.test('all bytes may be there already, and several archives are one file', async (t) => {
  const bytes = patternBytes(3 * MIB)
  const file = join(t.testdir(), 'out')
  const vault = MemoryVault.holding(bytes)
  vault.archives.set('b', patternBytes(2 * MIB + 5, 3))
  await mkdir(file) // renaming to it fails when all is there
  await t.rejects(retrieveToFile(file, optionsFor(vault, { archiveId: ['a', 'b'] })), { code: 'EISDIR' })
  const again = MemoryVault.holding(bytes)
  again.archives.set('b', patternBytes(2 * MIB + 5, 3))
  const other = join(file, 'x')
  await stopped(other, bytes, 99)
  t.ok((await readFile(other)).equals(bytes))
  await t.rejects(retrieveToFile(file, optionsFor(again, { archiveId: ['a', 'b'] })), { code: 'EISDIR' })
  t.equal(count(again, 'getJobOutput'), 0, 'nothing was fetched again')
})

t.test('of a range nothing is kept, and no link is followed', async (t) => {
  const bytes = patternBytes(8 * MIB)
  const dir = t.testdir({ precious: 'precious' })
  const file = join(dir, 'out')
  const range = { start: 5, end: 4 * MIB + 5 }
  await stopped(file, bytes, 2, { range, archiveSize: bytes.length })
  t.notOk((await readdir(dir)).includes('out.partial.ranges'))
  const follow = (reader: ArchiveReader): void => {
    t.ok(reader.plan.pieceSize)
  }
  await retrieveToFile(
    file,
    optionsFor(MemoryVault.holding(bytes), { range, archiveSize: bytes.length }),
    follow,
  )
  t.ok((await readFile(file)).equals(bytes.subarray(5, 4 * MIB + 5)))
  await symlink(join(dir, 'precious'), join(dir, 'linked.partial'))
  await t.rejects(retrieveToFile(join(dir, 'linked'), optionsFor(MemoryVault.holding(bytes))), {
    code: 'ELOOP',
  })
  t.equal(await readFile(join(dir, 'precious'), 'utf8'), 'precious')
  await t.rejects(retrieveToFile(file, optionsFor(MemoryVault.holding(bytes), { archiveId: [] })), {
    name: 'TypeError',
  })
})
