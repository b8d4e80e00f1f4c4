import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { archivesIn, mismatchedIn } from '../../../lib/catalog/queries/archives.js'
import { assertNoConflicts, conflictsIn } from '../../../lib/catalog/queries/conflicts.js'
import { listingOf } from '../../../lib/catalog/queries/listing.js'
import type { ArchiveRecord } from '../../../lib/catalog/record.js'
import { setOf, setsOf, severalSetsAmong } from '../../../lib/catalog/queries/sets.js'
import { MIB } from '../../../lib/sizes.js'

const common = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'backups' }

function archive(archiveId: string, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  return {
    type: 'archive',
    ...common,
    archiveId,
    size: 5,
    treeHash: archiveId,
    partSize: MIB,
    parts: 1,
    volume: 1,
    ...more,
  }
}

/** A later volume of the set `a`. */
function later(archiveId: string, volume: number, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  return archive(archiveId, { volume, firstVolume: 'a', ...more })
}

const fromInventory = { partSize: undefined, parts: undefined }
const deleted = (archiveId: string) => ({ type: 'deleted', ...common, archiveId })
const wrong = (archiveId: string, more = {}) => ({
  type: 'mismatched',
  ...common,
  archiveId,
  size: 5,
  sentTreeHash: 'sent',
  ...more,
})

async function catalogOf(test: Test, ...records: readonly object[]): Promise<string> {
  const path = join(test.testdir(), 'catalog.jsonl')
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return path
}

async function idsIn(path: string): Promise<string[]> {
  const found: string[] = []
  for await (const { archiveId } of archivesIn(path)) found.push(archiveId)
  return found
}

/** The record that counts of an archive. */
async function archiveOf(path: string, archiveId: string): Promise<ArchiveRecord | undefined> {
  const set = await setOf(path, archiveId)
  return [...(set?.volumes ?? []), ...(set?.duplicates ?? [])].find((it) => it.archiveId === archiveId)
}

const ids = (records: readonly { readonly archiveId: string }[] = []): string =>
  records.map(({ archiveId }) => archiveId).join('')

t.test('a set is found by the ID of any of its volumes', async (t) => {
  const path = await catalogOf(
    t,
    archive('x'),
    later('c', 3),
    archive('a', { more: true }),
    later('b', 2, { more: true }),
    later('gone', 4),
    deleted('gone'),
  )
  for (const id of ['a', 'b', 'c']) {
    const set = await setOf(path, id)
    t.equal(ids(set?.volumes), 'abc', id)
    t.match(set, { state: 'complete', missing: { length: 0 }, size: 15, duplicates: { length: 0 } })
  }
  t.match(await setOf(path, 'x'), { volumes: [{ archiveId: 'x' }], state: 'complete', size: 5 })
  t.equal(await setOf(path, 'gone'), undefined)
  t.equal(await setOf(path, 'none'), undefined)
  const many = Array.from({ length: 20 }, (_, i) => `none${i}`)
  const sets = await setsOf(path, ['a', 'b', 'x', ...many])
  t.strictSame([...sets.keys()], ['a', 'b', 'x'])
  t.match(await archiveOf(path, 'c'), { volume: 3 })
  t.equal(await archiveOf(path, 'none'), undefined)
})

t.test('a set says what is missing, and whether its end is known', async (t) => {
  const first = archive('a', { more: true })
  const inventoried = later('b', 2, fromInventory)
  for (const [records, state, missing] of [
    [[first], 'incomplete', []],
    [[first, later('b', 2, { more: true })], 'incomplete', []],
    [[first, later('d', 4)], 'incomplete', [2, 3]],
    [[later('b', 2)], 'incomplete', [1]],
    [[first, inventoried], 'unknown', []],
    [[archive('a', fromInventory), later('b', 2)], 'complete', []],
    [[archive('a', fromInventory)], 'complete', []],
    [[first, { ...inventoried, uploadId: 'u' }], 'unknown', []],
    [[first, { ...inventoried, intentId: 'i' }], 'complete', []],
  ] as const) {
    const path = await catalogOf(t, ...records)
    t.match(await setOf(path, 'a'), { state, missing }, JSON.stringify(records))
  }
})

t.test('of two archives for one volume, that with a record of its upload is used', async (t) => {
  const first = archive('a', { more: true })
  const path = await catalogOf(t, first, later('r', 2, { ...fromInventory, uploadId: 'u' }), later('b', 2))
  t.match(await setOf(path, 'a'), {
    volumes: [{ archiveId: 'a' }, { archiveId: 'b' }],
    duplicates: [{ archiveId: 'r' }],
    size: 10,
  })
  t.match(await archiveOf(path, 'r'), { archiveId: 'r' })
  const unclear = await catalogOf(t, first, later('r', 2), later('b', 2))
  t.match(await setOf(unclear, 'a'), { state: 'unknown', duplicates: [{ archiveId: 'b' }] })
  const same = await catalogOf(t, first, later('r', 2, { treeHash: 'h' }), later('b', 2, { treeHash: 'h' }))
  t.match(await setOf(same, 'a'), { state: 'complete' })
})

t.test('the same archive twice is no conflict, and the record that says more is used', async (t) => {
  const path = await catalogOf(t, archive('a', fromInventory), archive('a', { more: true }), archive('b'))
  t.strictSame(await conflictsIn(path), [])
  await assertNoConflicts(path, ['a', 'b', 'none'])
  t.match(await setOf(path, 'a'), { volumes: [{ more: true, partSize: MIB }] })
  t.strictSame(await idsIn(path), ['a', 'b'], 'it is listed once')
  for await (const it of archivesIn(path)) if (it.archiveId === 'a') t.equal(it.partSize, MIB)
})

t.test('whether another volume follows is what the last record of an upload says', async (t) => {
  const begun = archive('a', { more: true, uploadId: 'u' })
  const ended = archive('a') // as it is written where the source ends at this volume
  for (const [records, state] of [
    [[begun, ended], 'complete'],
    [[begun, ended, begun], 'incomplete'],
    [[begun, archive('a', fromInventory)], 'incomplete'],
    [[archive('a', fromInventory), ended], 'complete'],
  ] as const) {
    const file = await catalogOf(t, ...records)
    t.match(await setOf(file, 'a'), { state, volumes: [{ archiveId: 'a' }] })
    const { blocks } = await listingOf(file)
    const shown: string[] = []
    for await (const block of blocks) shown.push(...block.map(({ type }) => type))
    t.strictSame(shown, [state === 'complete' ? 'archive' : 'set'])
  }
})

t.test('different tree hashes of one archive are a conflict until a record settles it', async (t) => {
  const [one, two] = [archive('a', { treeHash: '11' }), archive('a', { treeHash: '22', description: 'ä' })]
  const path = await catalogOf(t, one, archive('b'), two, one)
  await t.rejects(assertNoConflicts(path, ['a']), {
    code: 'ERR_CATALOG_CONFLICT',
    archiveId: 'a',
    lines: [JSON.stringify(one), JSON.stringify(two)],
  })
  await assertNoConflicts(path, ['b'])
  t.match(await conflictsIn(path), [{ archiveId: 'a', records: [one, two] }])
  await appendFile(
    path,
    `${JSON.stringify(archive('a', { ...fromInventory, treeHash: '22', settles: true }))}\n`,
  )
  await assertNoConflicts(path, ['a'])
  t.strictSame(await conflictsIn(path), [])
  t.match(
    await archiveOf(path, 'a'),
    { treeHash: '22', partSize: MIB },
    'with what the record of that hash says',
  )
  await appendFile(path, `${JSON.stringify(one)}\n`)
  t.equal((await conflictsIn(path)).length, 1, 'a later record is a new conflict')
  await appendFile(path, `${JSON.stringify(deleted('a'))}\n`)
  t.strictSame(await conflictsIn(path), [], 'of a deleted archive it does not matter')
})

t.test(
  'an archive with a wrong tree hash takes part in conflicts, and is listed until it is deleted',
  async (t) => {
    const path = await catalogOf(
      t,
      archive('a'),
      wrong('a', { treeHash: '22' }),
      wrong('b'),
      wrong('c'),
      deleted('c'),
    )
    t.match(await conflictsIn(path), [{ archiveId: 'a' }])
    t.equal(ids(await mismatchedIn(path)), 'ab')
    t.strictSame(await mismatchedIn(await catalogOf(t, archive('a'))), [])
  },
)

t.test('conflicts are looked for among the archives that are named', async (t) => {
  const path = await catalogOf(t, archive('a'), later('b', 2), later('b', 2, { treeHash: '22' }))
  await t.resolves(assertNoConflicts(path, ['a']), 'not among those that only name one as their first volume')
  await t.rejects(assertNoConflicts(path, ['b']), { code: 'ERR_CATALOG_CONFLICT' })
  const folder = t.testdir()
  await t.rejects(assertNoConflicts(folder, ['a']), { code: 'ERR_CATALOG' })
  await t.resolves(assertNoConflicts(folder, []), 'where none is named, nothing is read')
})

t.test('IDs with quotes, in torn lines and beside other alphabets are told apart', async (t) => {
  const odd = 'with "quotes" \\'
  const path = await catalogOf(
    t,
    archive(odd),
    archive(odd, { treeHash: '22', description: 'größe' }),
    archive('b'),
  )
  t.match(await conflictsIn(path), [{ archiveId: odd }])
  t.match(await archiveOf(path, odd), { archiveId: odd })
  const line = JSON.stringify(archive('b', { treeHash: '33' }))
  await appendFile(
    path,
    `{"type":"archive","archiveId":"b${line}\n{"type":"archive","archiveId":"\\u\n{"type":"archive","archiveId":"q`,
  )
  t.match(
    await conflictsIn(path),
    [{ archiveId: odd }, { archiveId: 'b' }],
    'a record behind a torn one counts',
  )
  const torn = await catalogOf(t, archive('b'))
  await appendFile(
    torn,
    '{"type":"archive","archiveId":"b","treeHash":"33"\n{"type":"archive","archiveId":"\\u"',
  )
  await appendFile(torn, '\n{"type":"archive","archiveId":"\\u"')
  t.strictSame(await conflictsIn(torn), [], 'a torn one does not')
})

t.test('a listing has a set once, where its first volume is, and sets without one at the end', async (t) => {
  const path = await catalogOf(
    t,
    later('c', 3),
    archive('x'),
    archive('a', { more: true }),
    later('b', 2, { more: true }),
    archive('o2', { volume: 2, firstVolume: 'o1' }),
    archive('p2', { volume: 2, firstVolume: 'p1' }),
    deleted('p2'),
    wrong('v'),
    deleted('v'),
    archive('y'),
    archive('y'),
    wrong('w'),
    { type: 'sending', ...common, intentId: 'i', size: 1, treeHash: 'h', volume: 1 },
  )
  const { blocks, conflicts } = await listingOf(path)
  t.strictSame(conflicts, [])
  const found: string[] = []
  for await (const block of blocks)
    for (const it of block)
      found.push(
        it.type === 'set' ? `${it.setId}:${ids(it.set.volumes)}` : 'archiveId' in it ? it.archiveId : it.type,
      )
  t.strictSame(found, ['x', 'a:abc', 'y', 'w', 'o1:o2', 'possible'])
})

t.test('an archive is in several sets if its records say so, however often they repeat', async (t) => {
  const file = join(t.testdir(), 'catalog.jsonl')
  const records = [
    archive('a'),
    later('b', 2),
    later('b', 2),
    { type: 'mismatched', ...common, archiveId: 'b', size: 5, sentTreeHash: 'c' },
    archive('c'),
    later('c', 3),
  ]
  await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  t.strictSame(await severalSetsAmong(file, new Set(['a', 'b', 'c', 'unknown'])), ['c'])
  t.strictSame(await severalSetsAmong(file, new Set(['a', 'b'])), [])
  t.strictSame(await severalSetsAmong(file, new Set()), [])
})

t.test('a record with a huge number of a volume makes a set with a gap, and costs no memory', async (t) => {
  const file = await catalogOf(t, archive('a'), later('b', Number.MAX_SAFE_INTEGER), later('c', 3))
  const set = await setOf(file, 'a')
  t.match(set, { state: 'incomplete', volumes: { length: 3 } })
  t.equal(set?.missing.length, 100)
  t.strictSame(set?.missing.slice(0, 3), [2, 4, 5])
})

t.test('sets of first and of later volumes are read at once, each with all its volumes', async (t) => {
  const path = await catalogOf(
    t,
    archive('a'),
    archive('x1', { more: true }),
    archive('x2', { volume: 2, firstVolume: 'x1' }),
    wrong('w'),
  )
  const sets = await setsOf(path, ['a', 'x2', 'w'])
  t.strictSame(
    [...sets].map(([id, { volumes }]) => `${id}:${ids(volumes)}`),
    ['a:a', 'x2:x1x2'],
  )
  t.strictSame(await severalSetsAmong(t.testdir(), new Set()), [], 'without IDs, nothing is read')
})

t.test('a further archive of a volume that states less leaves the set complete', async (t) => {
  const path = await catalogOf(t, archive('a', { more: true }), later('b', 2), later('r', 2, fromInventory))
  const set = await setOf(path, 'a')
  t.equal(set?.state, 'complete')
  t.equal(ids(set?.duplicates), 'r')
})

t.test('a listing shows volumes of an inventory as a set', async (t) => {
  const path = await catalogOf(t, archive('a', fromInventory), later('b', 2, fromInventory), archive('c'))
  const { blocks } = await listingOf(path)
  const found: string[] = []
  for await (const block of blocks)
    found.push(...block.map((it) => (it.type === 'set' ? `${it.setId}:${ids(it.set.volumes)}` : it.type)))
  t.strictSame(found, ['a:ab', 'archive'])
})
