import { deepStrictEqual } from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { foundByPrefix, mayBeMeant } from '../../../lib/catalog/queries/archive-matches.js'
import { KnownNames, nearNames } from '../../../lib/catalog/queries/near-names.js'
import { selectableIn, selectArchive } from '../../../lib/catalog/queries/select-archive.js'
import type { SelectableArchives, Selection } from '../../../lib/catalog/queries/selection.js'
import { datedNameOf, selectorOf } from '../../../lib/catalog/queries/selector.js'
import { setFrom } from '../../../lib/catalog/queries/sets.js'
import { SHORT_ID_LENGTH, shortIdsOf } from '../../../lib/catalog/queries/short-ids.js'
import {
  isInPlace,
  recordName,
  storedEntriesIn,
  storedEntryOf,
  type StoredEntry,
} from '../../../lib/catalog/queries/stored-entries.js'
import type { ArchiveRecord } from '../../../lib/catalog/record.js'
import { MIB } from '../../../lib/sizes.js'

const address = { region: 'eu-west-1', endpoint: undefined }
const here = { vaultName: 'backups', address }

function archive(archiveId: string, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  const content = { size: 5, treeHash: archiveId, partSize: MIB, parts: 1, volume: 1 }
  const time = '2026-01-01T00:00:00.000Z'
  return { type: 'archive', time, region: 'eu-west-1', vaultName: 'backups', archiveId, ...content, ...more }
}

/** A stream of one archive. */
function entry(archiveId: string, more: Partial<ArchiveRecord> = {}): StoredEntry {
  return storedEntryOf(archive(archiveId, more))
}

function archivesOf(
  entries: readonly StoredEntry[],
  more: Partial<SelectableArchives> = {},
): SelectableArchives {
  const known = new KnownNames()
  for (const one of entries) known.add(one)
  return { entries, names: known.all(), mismatched: [], deleted: new Map(), ...more }
}

/** The ID that a text selects, or the result without one. */
function idOf(selection: Selection): string {
  return selection.result === 'found' ? selection.archiveId : selection.result
}

/** A local time in ISO 8601 with its zone. */
const local = (...[year, month, day, hour = 0, minute = 0, second = 0]: number[]): string =>
  new Date(year ?? 0, (month ?? 1) - 1, day, hour, minute, second).toISOString()

async function catalogOf(test: Test, ...records: readonly object[]): Promise<string> {
  const path = join(test.testdir(), 'catalog.jsonl')
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return path
}

/** An archive with a wrong tree hash, without its ID. */
const wrong = {
  type: 'mismatched',
  time: '',
  ...address,
  vaultName: 'backups',
  size: 5,
  sentTreeHash: '',
} as const

t.test(
  'a text is an ID, a name, a dated name, the beginning of an ID, or latest, in this order',
  async (t) => {
    const archives = archivesOf([
      entry('nameA', { name: 'other', time: '2026-01-01T00:00:00.000Z' }),
      entry('abcdefgh', { name: 'nameA', time: '2026-01-02T00:00:00.000Z' }),
      entry('xxxxyyyy', { name: 'abcd', time: '2026-01-03T00:00:00.000Z' }),
      entry('zzzzyyyy', { name: 'zzzz@2026-01-01', time: '2026-01-04T00:00:00.000Z' }),
      entry('wwwwyyyy', { time: '2026-01-05T00:00:00.000Z' }),
    ])
    const selected = (text: string): string => idOf(selectArchive(text, archives, here))
    t.equal(selected('nameA'), 'nameA', 'an ID before a name')
    t.equal(selected('name:nameA'), 'abcdefgh')
    t.equal(selected('abcd'), 'xxxxyyyy', 'a name before the beginning of an ID')
    t.equal(selected('id:abcd'), 'abcdefgh')
    t.equal(selected('zzzz@2026-01-01'), 'zzzzyyyy', 'a name with @ before a name with a date')
    t.equal(selected('wwww'), 'wwwwyyyy')
    t.equal(selected('www'), 'unknown', 'three characters are too few')
    t.equal(selected('latest'), 'wwwwyyyy')
    t.equal(selected('name:latest'), 'unknown')
    t.equal(selected('id:latest'), 'unknown')
    t.equal(selected('yyyy'), 'unknown')
    const named = archivesOf([entry('one', { name: 'latest' }), entry('two')])
    t.match(selectArchive('latest', named, here), { archiveId: 'one', by: 'name' })
    const prefixed = archivesOf([entry('latest-one'), entry('two')])
    t.match(selectArchive('latest', prefixed, here), { archiveId: 'latest-one', by: 'prefix' })
  },
)

t.test('an ID that the catalog does not know must have the form of one', async (t) => {
  const id = '-'.padEnd(138, 'Ab_9')
  for (const given of [id, `id:${id}`])
    t.strictSame(selectArchive(given, archivesOf([]), here), {
      result: 'found',
      by: 'id',
      archiveId: id,
      entry: undefined,
      matches: [],
      passedOver: [],
      deletedAt: undefined,
    })
  t.match(selectArchive(`name:${id}`, archivesOf([]), here), {
    result: 'unknown',
    name: id,
    near: { length: 0 },
  })
  for (const text of [`${id}x`, id.slice(1), id.replace('9', '+')])
    t.equal(idOf(selectArchive(text, archivesOf([]), here)), 'unknown')
})

t.test('IDs of volumes, of wrong archives and of deleted ones are known', async (t) => {
  const set = setFrom([
    archive('firstfirst', { more: true }),
    archive('secondsecond', { volume: 2, firstVolume: 'firstfirst' }),
    archive('secondagain', { volume: 2, firstVolume: 'firstfirst', partSize: undefined }),
  ])
  const stored = storedEntryOf({ type: 'set', setId: 'firstfirst', set })
  const mismatched = [{ ...wrong, archiveId: 'wrongwrong' }]
  const archives = archivesOf([stored], {
    mismatched,
    deleted: new Map([['gonegone', '2026-02-01T00:00:00Z']]),
  })
  for (const text of ['secondsecond', 'secondagain', 'firstfirst'])
    t.match(selectArchive(text, archives, here), { by: 'id', archiveId: text, entry: { id: 'firstfirst' } })
  t.match(selectArchive('seconds', archives, here), {
    by: 'prefix',
    archiveId: 'secondsecond',
    matches: [stored],
  })
  t.match(selectArchive('second', archives, here), {
    result: 'ambiguous',
    candidates: [{ archiveId: 'secondsecond' }, { archiveId: 'secondagain' }],
  })
  t.match(selectArchive('wrongwrong', archives, here), { by: 'id', entry: undefined })
  t.match(selectArchive('wrong', archives, here), {
    by: 'prefix',
    archiveId: 'wrongwrong',
    matches: { length: 0 },
  })
  t.equal(idOf(selectArchive('wrong', archives, { ...here, vaultName: 'x' })), 'unknown')
  t.match(selectArchive('gonegone', archives, here), { by: 'id', deletedAt: '2026-02-01T00:00:00Z' })
  t.equal(idOf(selectArchive('gone', archives, here)), 'unknown')
  t.equal(foundByPrefix('abc', archives), undefined)
})

t.test('a name with a date is the newest up to the end of that day, minute or second', async (t) => {
  const times = [
    [2026, 3, 1, 0, 0, 0],
    [2026, 3, 1, 12, 0, 30],
    [2026, 3, 1, 23, 59, 59],
    [2026, 3, 2, 0, 0, 0],
  ]
  const entries = times.map((time, i) => entry(`archive-${i}`, { name: 'db', time: local(...time) }))
  const archives = archivesOf(entries)
  const selected = (text: string): string => idOf(selectArchive(text, archives, here))
  t.equal(selected('db@2026-03-01'), 'archive-2')
  t.equal(selected('db@2026-03-02'), 'archive-3')
  t.equal(selected('db@2027-01-01'), 'archive-3')
  t.equal(selected('db@2026-03-01T12:00'), 'archive-1')
  t.equal(selected('db@2026-03-01T12:00:29'), 'archive-0')
  t.equal(selected('db@2026-03-01T12:00:30'), 'archive-1')
  t.equal(selected('name:db@2026-03-01'), 'archive-2')
  t.equal(selected('latest@2026-03-01'), 'archive-2')
  t.equal(selected('latest@2026-02-01'), 'unknown')
  t.equal(selected('name:latest@2026-03-01'), 'unknown')
  t.match(selectArchive('db@2026-02-28', archives, here), {
    result: 'unknown',
    name: 'db',
    oldest: { id: 'archive-0' },
  })
  for (const text of [
    'db@2026-02-30',
    'db@2026-13-01',
    'db@2026-00-10',
    'db@2026-03-01T24:00',
    'db@2026-03-01T00:60',
  ])
    t.match(selectArchive(text, archives, here), { result: 'unknown', name: text, near: ['db'] })
  t.equal(datedNameOf('db@2026-03-01T00:00:60'), undefined)
  t.equal(datedNameOf('@2026-03-01'), undefined)
  t.equal(datedNameOf('a\n@b@2026-03-01')?.name, 'a\n@b')
})

t.test('the newest complete one is selected; newer ones that are not complete are passed over', async (t) => {
  const day = (number: number): { time: string; name: string } => ({
    name: 'db',
    time: `2026-01-0${number}T00:00:00Z`,
  })
  const incomplete = (id: string, number: number): StoredEntry =>
    storedEntryOf({ type: 'set', setId: id, set: setFrom([archive(id, { ...day(number), more: true })]) })
  const unknown = (id: string, number: number): StoredEntry => {
    const second = { volume: 2, firstVolume: id, partSize: undefined, ...day(number) }
    return storedEntryOf({
      type: 'set',
      setId: id,
      set: setFrom([archive(id, day(number)), archive(`${id}-2`, second)]),
    })
  }
  const found = (...entries: StoredEntry[]): unknown => {
    const selection = selectArchive('db', archivesOf(entries), here)
    return selection.result === 'found' && [selection.archiveId, ...selection.passedOver.map(({ id }) => id)]
  }
  t.strictSame(found(entry('a', day(1)), entry('b', day(2))), ['b'])
  t.strictSame(found(entry('a', day(1)), incomplete('b', 2), unknown('c', 3)), ['a', 'b', 'c'])
  t.strictSame(found(incomplete('a', 1), unknown('b', 2), incomplete('c', 3)), ['b', 'c'])
  t.strictSame(found(incomplete('a', 1), incomplete('b', 2)), ['b'])
})

t.test('only archives of the vault count, at its address and in its account', async (t) => {
  const elsewhere = [
    entry('otherVault', { name: 'db', vaultName: 'photos' }),
    entry('otherRegion', { name: 'db', region: 'us-east-1' }),
    entry('otherEndpoint', { name: 'db', endpoint: 'http://127.0.0.1:1' }),
    entry('otherAccount', { name: 'db', accountId: '222222222222' }),
  ]
  const mine = entry('mine-mine', { name: 'db', accountId: '111111111111' })
  const place = { ...here, accountId: '111111111111' }
  for (const text of ['db', 'latest', 'mine', 'db@2026-02-01'])
    t.equal(idOf(selectArchive(text, archivesOf([mine, ...elsewhere]), place)), 'mine-mine', text)
  t.equal(idOf(selectArchive('db', archivesOf(elsewhere), place)), 'unknown')
  t.equal(idOf(selectArchive('otherRegion', archivesOf(elsewhere), place)), 'otherRegion', 'a whole ID')
  t.match(selectArchive('db', archivesOf([mine, ...elsewhere.slice(3)]), here), {
    result: 'ambiguous',
    candidates: [{ archiveId: 'mine-mine' }, { archiveId: 'otherAccount' }],
  })
  for (const other of elsewhere.slice(1, 3))
    t.equal(idOf(selectArchive('latest', archivesOf([mine, other]), { vaultName: 'backups' })), 'ambiguous')
  const old = entry('old', { name: 'db', endpoint: 'local' })
  const folder = entry('new', { name: 'db', endpoint: 'local:1', accountId: '-' })
  t.equal(
    idOf(selectArchive('db', archivesOf([old, folder]), { vaultName: 'backups' })),
    'new',
    'of version 0.1',
  )
  t.ok(isInPlace(archive('a', { accountId: '-' }), place), 'a record with the dash of --account-id')
  t.notOk(isInPlace(archive('a'), { vaultName: 'photos' }))
})

t.test('a selection is that of a naive model', async (t) => {
  const name = fc.constantFrom(undefined, 'a', 'b', 'latest', 'aaaa', 'a@2026-01-02', 'idid-1')
  const record = fc.record({
    id: fc.constantFrom('idid-1', 'idid-22', 'aaaa-1', 'bbbb'),
    name,
    day: fc.integer({ min: 1, max: 4 }),
    vaultName: fc.constantFrom('backups', 'photos'),
    more: fc.boolean(),
  })
  const text = fc.constantFrom(
    'a',
    'b',
    'idid',
    'aaaa',
    'latest',
    'a@2026-01-02',
    'latest@2026-01-03',
    'idid-1',
  )
  const kind = fc.constantFrom('', 'id:', 'name:')
  const property = fc.property(
    fc.uniqueArray(record, { selector: ({ id }) => id }),
    kind,
    text,
    (all, prefix, given) => {
      const entries = all
        .sort((a, b) => a.day - b.day)
        .map(({ id, day, more, ...rest }) => {
          const fields = { ...rest, time: local(2026, 1, day, 12), more: more ? (true as const) : undefined }
          return storedEntryOf({ type: 'set', setId: id, set: setFrom([archive(id, fields)]) })
        })
      const archives = archivesOf(entries)
      const selection = selectArchive(prefix + given, archives, here)
      const found = idOf(selection)
      const expected = naive(prefix, given, all)
      if (found !== expected) throw new Error(`${found}, not ${expected}`)
      const kept = entries.filter(mayBeMeant(['unrelated', prefix + given]))
      deepStrictEqual(selectArchive(prefix + given, { ...archives, entries: kept }, here), selection)
    },
  )
  interface Stored {
    readonly id: string
    readonly name: string | undefined
    readonly day: number
    readonly vaultName: string
    readonly more: boolean
  }
  function naive(prefix: string, given: string, all: readonly Stored[]): string {
    if (prefix !== 'name:' && all.some(({ id }) => id === given)) return given
    const mine = all.filter(({ vaultName }) => vaultName === 'backups')
    const newest = (some: readonly Stored[]): string | undefined =>
      [...some].reverse().find(({ more }) => !more)?.id ?? some[some.length - 1]?.id
    const [before = given, date] = given.split('@')
    const upTo = mine.filter(({ day }) => date === undefined || day <= Number(date.slice(-2)))
    const named = mine.filter((one) => one.name === given)
    const byName = newest(named) ?? newest(upTo.filter((one) => one.name === before))
    if (prefix !== 'id:' && byName !== undefined) return byName
    const begun = given.length < 4 ? [] : mine.filter(({ id }) => id.startsWith(given))
    if (prefix !== 'name:' && begun.length > 0) return begun.length > 1 ? 'ambiguous' : (begun[0]?.id ?? '')
    return (prefix === '' && before === 'latest' ? newest(upTo) : undefined) ?? 'unknown'
  }
  t.doesNotThrow(() => {
    fc.assert(property, { numRuns: 2000 })
  })
})

t.test('the prefix of a text says of which kind it is, if something is behind it', async (t) => {
  t.strictSame(selectorOf('id:x'), { kind: 'id', text: 'x' })
  t.strictSame(selectorOf('name:id:x\ny'), { kind: 'name', text: 'id:x\ny' })
  for (const text of ['id:', 'name:', 'ID:x', 'x', '']) t.strictSame(selectorOf(text), { kind: 'any', text })
})

t.test('names that are similar are found', async (t) => {
  const entries = ['db.dump', 'DB.dump.old', 'photos-2024', 'photos-2025', 'photos-2026', 'photos-2023']
  const near = (name: string): string[] =>
    nearNames(
      name,
      entries.map((one) => ({ name: one })),
    )
  t.strictSame(near('db.dmp'), ['db.dump'])
  t.strictSame(near('db.DUMP'), ['db.dump', 'DB.dump.old'])
  t.strictSame(near('photos'), ['photos-2024', 'photos-2025', 'photos-2026'], 'at most three')
  t.strictSame(near('photo-2026'), ['photos-2026', 'photos-2024', 'photos-2025'], 'the most similar first')
  t.strictSame(near('zzz'), [])
  t.strictSame(near(''), [])
  t.strictSame(near('p'), [], 'a letter that is in a name suggests nothing')
  const short = ['.', 'a', 'ab', 'photos'].map((name) => ({ name }))
  t.strictSame(nearNames('backup.tar', short), [], 'nor does a name of one or two letters')
  t.strictSame(nearNames('abc', short), ['ab'])
  t.strictSame(nearNames('pho', short), ['photos'])
})

t.test('short IDs select only their archive', async (t) => {
  const ids = ['abcdefghijk', 'abcdefghijz', 'abcdefgh', 'zzzzzzzzzz', 'ab', 'zzzzzzzzzz']
  t.strictSame([...shortIdsOf(ids)].sort(), [
    ['ab', 'ab'],
    ['abcdefgh', 'abcdefgh'],
    ['abcdefghijk', 'abcdefghijk'],
    ['abcdefghijz', 'abcdefghijz'],
    ['zzzzzzzzzz', 'zzzzzzzz'],
  ])
  const among = ['abcdefghijk', 'abcdefghijz', 'zzzzzzzzzz', 'zzzzzzzzzz']
  t.equal(shortIdsOf(['abcdefghixx'], [...among, 'abcdefghixx']).get('abcdefghixx'), 'abcdefghix')
  t.equal(shortIdsOf(['zzzzzzzzzz'], among).get('zzzzzzzzzz'), 'zzzzzzzz')
  const id = fc.stringMatching(/^[ab]{12,20}$/)
  const property = fc.property(fc.uniqueArray(id, { maxLength: 60 }), (all) => {
    for (const [whole, short] of shortIdsOf(all)) {
      const others = all.filter((other) => other !== whole && other.startsWith(short))
      if (!whole.startsWith(short) || short.length < SHORT_ID_LENGTH) throw new Error(short)
      if (short !== whole && others.length > 0) throw new Error(`${short} is of ${others.join()}`)
    }
  })
  t.doesNotThrow(() => {
    fc.assert(property)
  })
})

t.test('the stored streams of a catalog are entries with a name and a time, the oldest first', async (t) => {
  const set = [
    archive('a', { name: 'set', more: true, time: '2026-01-03T00:00:00.000Z' }),
    archive('b', { name: 'set', volume: 2, firstVolume: 'a', time: '2026-01-04T00:00:00.000Z' }),
  ]
  const file = await catalogOf(
    t,
    ...set,
    archive('later', { time: '2026-01-05T00:00:00Z' }),
    archive('early', { description: '{"Path":"x"}', name: 'y' }),
    archive('gone'),
    { ...archive('wrong'), type: 'mismatched', sentTreeHash: 'x' },
    { type: 'deleted', time: '2026-01-06T00:00:00Z', ...address, vaultName: 'backups', archiveId: 'gone' },
    { ...archive('none'), type: 'sending', intentId: 'i' },
  )
  const entries = await storedEntriesIn(file)
  t.match(entries, [
    { id: 'early', name: 'x' },
    { id: 'a', name: 'set', time: '2026-01-04T00:00:00.000Z', size: 10, set: { state: 'complete' } },
    { id: 'later', name: undefined, vaultName: 'backups', region: 'eu-west-1' },
  ])
  t.equal(entries.length, 3)
  const mismatched = [{ archiveId: 'wrong' }]
  const deleted = new Map([['gone', '2026-01-06T00:00:00Z']])
  t.match(await selectableIn(file, ['latest', 'gone']), { entries, mismatched, deleted })
  const meant = await selectableIn(file, ['name:set', 'id:late', 'set@2026-01-01'])
  t.strictSame(meant.entries, entries.slice(1), 'only what may be meant is kept')
  t.equal(meant.deleted.size, 0)
  t.match(meant.names, [{ name: 'set' }, { name: 'x' }], 'and the names of all')
  t.strictSame(await storedEntriesIn(file, undefined, ({ id }) => id === 'a'), entries.slice(1, 2))
  await appendFile(file, `${JSON.stringify(archive('c', { volume: 3, firstVolume: 'lost' }))}\n`)
  t.match((await storedEntriesIn(file)).find(({ id }) => id === 'lost')?.set, { missing: [1, 2] })
  t.equal(storedEntryOf({ ...archive('x'), type: 'mismatched', sentTreeHash: '' }), undefined)
})

t.test('the name in a description counts first; a volume has the name of its stream', async (t) => {
  const mark = '"Volume":2,"FirstVolume":"a"}'
  for (const [name, description, expected] of [
    [undefined, undefined, undefined],
    ['', undefined, undefined],
    [undefined, '', undefined],
    ['a', undefined, 'a'],
    [undefined, 'plain', 'plain'],
    ['a', 'plain', 'a'],
    ['a', '{"Path":"b"}', 'b'],
    ['a', '{"Path":"b","Description":"c"}', 'b'],
    [undefined, '{"Path":"b","Description":"c"}', 'b'],
    [undefined, `{"Path":"b.volume2",${mark}`, 'b'],
    ['a', `{"Path":"b.volume2",${mark}`, 'a'],
    [undefined, `{${mark}`, undefined],
    [undefined, '{"path":"c"}', 'c'],
  ] as const)
    t.equal(recordName({ name, description }), expected, String(description))
})

t.test('only what a text may stand for is kept', async (t) => {
  const kept = (given: string, ...entries: StoredEntry[]): string[] =>
    entries.filter(mayBeMeant([given])).map(({ id }) => id)
  const all = [entry('abcdefgh', { name: 'db' }), entry('db-db-db', { name: 'other' })]
  t.strictSame(kept('name:latest', ...all), [])
  t.strictSame(kept('latest', ...all), ['abcdefgh', 'db-db-db'])
  t.strictSame(kept('id:db', ...all), ['db-db-db'])
  t.strictSame(kept('name:db', ...all), ['abcdefgh'])
  const set = setFrom([archive('firstfirst', { more: true }), archive('second', { volume: 2 })])
  t.strictSame(kept('sec', storedEntryOf({ type: 'set', setId: 'firstfirst', set })), ['firstfirst'])
})

t.test('a set is known by the ID of its first volume, even if that is missing', async (t) => {
  const set = setFrom([archive('second', { volume: 2, firstVolume: 'first' })])
  const stored = storedEntryOf({ type: 'set', setId: 'first', set })
  t.match(selectArchive('first', archivesOf([stored]), here), { by: 'id', archiveId: 'first', entry: stored })
})

t.test('an archive with a wrong tree hash is found by the beginning of its ID', async (t) => {
  const mismatched = [{ ...wrong, archiveId: 'wrong-id' }]
  t.equal(foundByPrefix('g-id', { entries: [], mismatched }), undefined)
  t.strictSame(foundByPrefix('wron', { entries: [], mismatched }), {
    result: 'found',
    by: 'prefix',
    archiveId: 'wrong-id',
    entry: undefined,
    matches: [],
    passedOver: [],
    deletedAt: undefined,
  })
})

t.test('streams whose account is not known, or of version 0.1, may be in the same place', async (t) => {
  const anywhere = { vaultName: 'backups' }
  const accounts = archivesOf([entry('one', { accountId: '111111111111' }), entry('two')])
  t.equal(idOf(selectArchive('latest', accounts, anywhere)), 'two')
  const endpoints = [entry('new', { endpoint: 'local:1' }), entry('old', { endpoint: 'local' })]
  t.equal(idOf(selectArchive('latest', archivesOf(endpoints), anywhere)), 'old')
})

t.test('a date may be the last of a year, and a time the last of a day', async (t) => {
  const end = (text: string): string => new Date(datedNameOf(text)?.endMs ?? 0).toISOString()
  t.equal(end('db@2026-12-31'), local(2027, 1, 1))
  t.equal(end('db@2026-03-01T23:59'), local(2026, 3, 2))
  t.equal(end('db@2026-03-01T12:00'), local(2026, 3, 1, 12, 1))
  t.equal(end('db@2026-03-01T12:00:59'), local(2026, 3, 1, 12, 1))
  for (const text of ['db@2026-03-01x', 'db@2026-03-01T12', 'db@2026-03-01T12:00Z'])
    t.equal(datedNameOf(text), undefined, text)
  t.strictSame(selectorOf('my-id:x'), { kind: 'any', text: 'my-id:x' })
})

t.test('names are near by their distance, by a part of them, and by their beginning', async (t) => {
  const isNear = (name: string, known: string): boolean => nearNames(name, [{ name: known }]).length > 0
  t.ok(isNear('abc', 'abd'), 'a third of the characters differs')
  t.ok(isNear('abcd', 'abxcdy'), 'a third of the longer name')
  t.ok(isNear('pho', 'photos-2024'))
  t.notOk(isNear('ph', 'photos-2024'))
  t.ok(isNear('ph', 'phot'), 'half of the name')
  t.notOk(isNear('ph', 'photo'))
  t.notOk(isNear('', 'photo'))
  const start = 'a'.repeat(100)
  t.ok(isNear(start + 'x'.repeat(60), start + 'y'.repeat(60)), 'the first 100 characters are compared')
})

t.test('a name that is not known is similar to names of its vault, and first as it is given', async (t) => {
  const near = (name: string, ...entries: StoredEntry[]): readonly string[] | undefined => {
    const selection = selectArchive(name, archivesOf(entries), here)
    return selection.result === 'unknown' ? selection.near : undefined
  }
  t.strictSame(near('db@hom', entry('one', { name: 'db@home' }), entry('two', { name: 'db' })), ['db@home'])
  t.strictSame(near('a@b@2026-13-01', entry('one', { name: 'a@b' })), ['a@b'])
  t.strictSame(near('photoz', entry('one', { name: 'photos', vaultName: 'other' })), [])
})

t.test('the time of a stream is that of the volume that was stored last', async (t) => {
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
  const set = setFrom([archive('a', { more: true, time: late }), archive('b', { volume: 2, time: early })])
  t.equal(storedEntryOf({ type: 'set', setId: 'a', set }).time, late)
})
