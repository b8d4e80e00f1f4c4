import t from 'tap'
import { factsOf } from '../../../lib/catalog/exchange/catalog-facts.js'
import { planImport, type ImportPlan } from '../../../lib/catalog/exchange/import-plan.js'
import type {
  ArchiveRecord,
  BegunRecord,
  CatalogRecord,
  ClosedRecord,
  DeletedRecord,
  MismatchedRecord,
  SendingRecord,
} from '../../../lib/catalog/record.js'
import { MemoryFiles } from '../../helpers/memory-files.js'

const PATH = '/catalog.jsonl'
const [HASH, OTHER_HASH] = ['a'.repeat(64), 'b'.repeat(64)]
const PLACE = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'backups' }

function archive(archiveId: string, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  return { type: 'archive', ...PLACE, archiveId, size: 5, treeHash: HASH, volume: 1, partSize: 4, ...more }
}

function mismatched(archiveId: string, more: Partial<MismatchedRecord> = {}): MismatchedRecord {
  return { type: 'mismatched', ...PLACE, archiveId, size: 5, sentTreeHash: HASH, ...more }
}

function begun(uploadId: string, more: Partial<BegunRecord> = {}): BegunRecord {
  return { type: 'begun', ...PLACE, uploadId, partSize: 4, volume: 1, ...more }
}

function sending(intentId: string, treeHash = HASH): SendingRecord {
  return { type: 'sending', ...PLACE, intentId, size: 5, treeHash, volume: 1 }
}

function closed(type: ClosedRecord['type'], uploadId: string): ClosedRecord {
  return { type, ...PLACE, uploadId }
}

function deleted(archiveId: string, more: Partial<DeletedRecord> = {}): DeletedRecord {
  return { type: 'deleted', ...PLACE, archiveId, ...more }
}

async function filesWith(catalog: readonly CatalogRecord[]): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  const text = catalog.map((record) => `${JSON.stringify(record)}\n`).join('')
  await files.writeFile(PATH, text, { mode: 0o600 })
  return files
}

async function planFor(catalog: readonly CatalogRecord[], ...records: CatalogRecord[]): Promise<ImportPlan> {
  return planImport(PATH, records, await filesWith(catalog))
}

t.test(
  'a record that the file has more often than the catalog is added as often as it is missing',
  async (t) => {
    const [a, b] = [archive('a'), archive('b')]
    t.strictSame(await planFor([a, b], a, b, a, a), {
      added: [a, a],
      duplicates: 2,
      obsolete: 0,
      conflicts: [],
    })
    t.strictSame(await planFor([a, a, a], a, a), { added: [], duplicates: 2, obsolete: 0, conflicts: [] })
  },
)

t.test(
  'records are added as they are, except those that claim to settle a conflict with the catalog',
  async (t) => {
    const claim = { ...mismatched('x', { treeHash: OTHER_HASH }), settles: true } // only archives settle
    const records = [deleted('y'), claim, begun('u')]
    t.strictSame((await planFor([mismatched('x', { treeHash: HASH })], ...records)).added, records)
    const settling = archive('a', { settles: true })
    t.strictSame((await planFor([], settling)).added, [settling])
    t.strictSame(
      (await planFor([mismatched('a')], settling)).added,
      [settling],
      'the catalog knows no tree hash',
    )
    t.strictSame((await planFor([archive('a')], settling)).added, [settling], 'it has the same tree hash')
    const { added, conflicts } = await planFor([archive('a', { treeHash: OTHER_HASH })], settling)
    t.notOk(added[0] && 'settles' in added[0] && added[0].settles)
    t.equal(conflicts.length, 1)
    const plain = archive('a', { name: 'n' })
    t.equal((await planFor([archive('a', { treeHash: OTHER_HASH })], plain)).added[0], plain)
  },
)

t.test('an archive with a wrong tree hash takes part in conflicts, and stays deleted', async (t) => {
  const wrong = mismatched('a', { treeHash: OTHER_HASH })
  t.match((await planFor([archive('a')], wrong)).conflicts, [
    { archiveId: 'a', records: [{ type: 'archive' }, { type: 'mismatched' }] },
  ])
  t.match((await planFor([wrong], archive('a'))).conflicts, [{ archiveId: 'a' }])
  t.strictSame(await planFor([deleted('a')], wrong), { added: [], duplicates: 0, obsolete: 1, conflicts: [] })
  const again = deleted('a', { time: '2026-01-02T00:00:00.000Z' })
  t.strictSame((await planFor([deleted('a')], again)).added, [again], 'another deletion is no archive')
})

t.test(
  'the plan of an import has no conflicts of archives that the file deletes, or of other records',
  async (t) => {
    const gone = [archive('a'), archive('a', { treeHash: OTHER_HASH }), deleted('a')]
    t.strictSame(await planFor([], ...gone), { added: gone, duplicates: 0, obsolete: 0, conflicts: [] })
    const restored = [deleted('a'), archive('a', { treeHash: OTHER_HASH })]
    t.match(
      (await planFor([archive('a')], ...restored)).conflicts,
      [{ archiveId: 'a' }],
      'an archive ID is never given again: the catalog counts',
    )
    const requests = [sending('i'), sending('j', OTHER_HASH)]
    t.strictSame(await planFor([], ...requests), {
      added: requests,
      duplicates: 0,
      obsolete: 0,
      conflicts: [],
    })
  },
)

t.test(
  'records that open an upload are left out if it has ended, and records that end it are not',
  async (t) => {
    const catalog = [archive('a', { uploadId: 'u' }), mismatched('m', { intentId: 'i' })]
    const ends = [
      closed('aborted', 'u'),
      closed('expired', 'u'),
      { type: 'ended', time: '', uploadId: 'u' } as const,
    ]
    t.strictSame((await planFor(catalog, ...ends)).added, ends)
    const others = [closed('superseded', 'u'), closed('unknown', 'u'), begun('u'), sending('i')]
    t.match(await planFor(catalog, ...others), { added: { length: 0 }, obsolete: 4 })
    const without = { type: 'rejected', time: '' } as const
    t.strictSame((await planFor([{ type: 'aborted', ...PLACE }], without)).added, [without])
  },
)

t.test('volumes of the catalog are recorded again only behind an earlier volume of their set', async (t) => {
  const later = (archiveId: string, volume: number): ArchiveRecord =>
    archive(archiveId, { volume, firstVolume: '1' })
  const added = async (
    catalog: CatalogRecord[],
    ...records: CatalogRecord[]
  ): Promise<readonly CatalogRecord[]> => (await planFor(catalog, ...records)).added
  const [second, third] = [later('2', 2), later('3', 3)]
  t.strictSame(await added([third], second), [second, third])
  t.strictSame(await added([second], third), [third])
  const again = later('2b', 2)
  t.strictSame(await added([second], again), [again], 'it is the same volume')
  const upload = begun('u', { volume: 2, firstVolume: '1' })
  t.strictSame(await added([third], upload), [upload], 'an upload is no volume yet')
  const gone = deleted('2', { firstVolume: '1' })
  t.strictSame(await added([third], gone), [gone])
})

t.test('the facts about a catalog are those that an import needs', async (t) => {
  const volume = archive('b', { volume: 2, firstVolume: 'a', uploadId: 'u', intentId: 'i' })
  const catalog = [
    archive('a'),
    archive('a'),
    volume,
    mismatched('m', { uploadId: 'v' }),
    deleted('x', { firstVolume: 'a' }),
    closed('aborted', 'w'),
    { type: 'expired', ...PLACE } as const,
    begun('open'),
  ]
  const facts = await factsOf(PATH, [archive('a'), begun('new')], await filesWith(catalog))
  t.strictSame([...facts.counts.values()], [2, 0], 'of the given records only')
  t.strictSame([...facts.deleted], [['x', '2026-01-01T00:00:00.000Z']])
  t.strictSame([...facts.settled], ['u', 'i', 'v', 'w'])
  const object = archive('s3://backups/a', { vaultName: 's3://backups' })
  const stored = [deleted('x'), archive('x'), deleted(object.archiveId), object]
  const later = await factsOf(PATH, [], await filesWith(stored))
  t.strictSame([...later.deleted.keys()], ['x'], 'only an object is stored again')
  t.strictSame([...facts.laterVolumes], [['a', [volume]]])
  t.strictSame([...facts.describing], [['a', [archive('a'), archive('a')]]])
})

t.test('of an object, only records are added that are newer than what the catalog knows last', async (t) => {
  const object = (day: number, treeHash = HASH): ArchiveRecord =>
    archive('s3://backups/a', { vaultName: 's3://backups', time: `2026-01-0${day}T00:00:00.000Z`, treeHash })
  const gone = deleted('s3://backups/a', { vaultName: 's3://backups', time: '2026-01-03T00:00:00.000Z' })
  t.match(
    await planFor([object(3)], object(2, OTHER_HASH)),
    { added: { length: 0 } },
    'other content, which is older',
  )
  t.match(await planFor([object(3)], object(3, OTHER_HASH)), { added: { length: 0 } }, 'at the same time')
  t.match(await planFor([object(3)], object(4, OTHER_HASH)), { added: { length: 1 } })
  t.match(await planFor([object(3)], object(2)), { added: { length: 1 } }, 'the same content')
  t.match(await planFor([gone], object(2)), { added: { length: 0 } }, 'it was deleted since')
  t.match(await planFor([], object(2)), { added: { length: 1 } })
  t.match(await planFor([object(2)], gone, object(4, OTHER_HASH)), {
    added: { length: 2 },
    conflicts: { length: 0 },
  })
  t.match(await planFor([object(3)], { ...gone, time: '2026-01-02T00:00:00.000Z' }), { added: { length: 0 } })
})
