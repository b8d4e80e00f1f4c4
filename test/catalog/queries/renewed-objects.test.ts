import fc from 'fast-check'
import t from 'tap'
import { archivesIn, deletedIn, mismatchedIn } from '../../../lib/catalog/queries/archives.js'
import { listingOf } from '../../../lib/catalog/queries/listing.js'
import { setOf, setsOf } from '../../../lib/catalog/queries/sets.js'
import { storedEntriesIn } from '../../../lib/catalog/queries/stored-entries.js'
import { planImport } from '../../../lib/catalog/exchange/import-plan.js'
import type {
  ArchiveRecord,
  CatalogRecord,
  DeletedRecord,
  MismatchedRecord,
} from '../../../lib/catalog/record.js'
import { MemoryFiles } from '../../helpers/memory-files.js'

const PATH = '/catalog.jsonl'
const BUCKET = { region: 'eu-west-1', vaultName: 's3://backups' }
const DAY = 86_400_000

function timeOf(day: number): string {
  return new Date(Date.parse('2026-01-01') + day * DAY).toISOString()
}

function stored(key: string, day: number, content: string, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  const hash = { algorithm: 'sha256-composite', value: `${content}-1`, partSize: 8 } as const
  const common = {
    ...BUCKET,
    time: timeOf(day),
    archiveId: `s3://backups/${key}`,
    size: 5,
    hash,
    partSize: 8,
  }
  return { type: 'archive', ...common, volume: 1, ...more }
}

function deleted(key: string, day: number, more: Partial<DeletedRecord> = {}): DeletedRecord {
  return { type: 'deleted', time: timeOf(day), ...BUCKET, archiveId: `s3://backups/${key}`, ...more }
}

function wrong(key: string, day: number): MismatchedRecord {
  const sentHash = { algorithm: 'sha256-composite', value: 'sent-1' } as const
  return {
    type: 'mismatched',
    ...BUCKET,
    time: timeOf(day),
    archiveId: `s3://backups/${key}`,
    size: 5,
    sentHash,
  }
}

async function filesWith(records: readonly CatalogRecord[]): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('')
  await files.writeFile(PATH, text, { mode: 0o600 })
  return files
}

async function gathered<T>(all: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const one of all) found.push(one)
  return found
}

t.test('an object that is stored again after its deletion is as the last record states it', async (t) => {
  const [first, again] = [stored('k', 0, 'same'), stored('k', 2, 'same')]
  const files = await filesWith([first, stored('other', 0, 'x'), deleted('k', 1), again])
  t.strictSame(
    (await gathered(archivesIn(PATH, files))).map(({ time }) => time),
    [timeOf(2), timeOf(0)],
    'not with the time of the object before',
  )
  t.strictSame(await deletedIn(PATH, files), new Set())
  t.match(await setOf(PATH, 's3://backups/k', files), { volumes: [{ time: timeOf(2) }], state: 'complete' })
  t.strictSame(
    (await storedEntriesIn(PATH, files)).map(({ name, time }) => [name, time]),
    [
      ['other', timeOf(0)],
      ['k', timeOf(2)],
    ],
  )
})

t.test('the deletion of an object takes nothing from other sets', async (t) => {
  const again = stored('k', 2, 'x')
  const files = await filesWith([stored('other', 0, 'x'), stored('k', 0, 'x'), deleted('k', 1), again])
  const ids = ['s3://backups/other', 's3://backups/k']
  const sets = await setsOf(PATH, ids, files)
  t.strictSame(
    ids.map((id) => sets.get(id)?.volumes.map(({ time }) => time)),
    [[timeOf(0)], [timeOf(2)]],
  )
})

t.test('an archive of a vault that was deleted does not come back', async (t) => {
  const place = { region: 'eu-west-1', vaultName: 'backups', archiveId: 'a' }
  const archive = { ...stored('k', 2, 'x'), ...place }
  const files = await filesWith([archive, { ...deleted('k', 1), ...place }, archive])
  t.strictSame(await gathered(archivesIn(PATH, files)), [])
  t.strictSame(await deletedIn(PATH, files), new Set(['a']))
})

t.test(
  'volumes of a set that was deleted do not belong to the stream that is stored at its key later',
  async (t) => {
    const setId = 's3://backups/k'
    const second = { volume: 2, firstVolume: setId }
    const files = await filesWith([
      stored('k', 0, 'one', { more: true }),
      stored('k.volume2', 0, 'two', second),
      deleted('k.volume2', 1, { firstVolume: setId }),
      deleted('k', 1),
      stored('k', 2, 'new', { more: true }),
      stored('k.volume2', 2, 'newer', second),
      deleted('k.volume2', 3, { firstVolume: setId }),
      deleted('k', 3),
      stored('k', 4, 'newest'),
    ])
    t.match(await setOf(PATH, setId, files), { volumes: [{ time: timeOf(4) }], state: 'complete', size: 5 })
    const [entry, ...others] = await storedEntriesIn(PATH, files)
    t.match(entry, { set: { volumes: [{ hash: { value: 'newest-1' } }] } })
    t.strictSame(others, [])
  },
)

t.test('a wrong object is no longer shown once it is deleted, or replaced', async (t) => {
  const shown = async (...records: CatalogRecord[]): Promise<readonly string[]> => {
    const files = await filesWith(records)
    const { blocks } = await listingOf(PATH, files)
    const entries = (await gathered(blocks)).flat().map(({ type }) => type)
    t.equal((await mismatchedIn(PATH, files)).length, entries.filter((type) => type === 'mismatched').length)
    return entries
  }
  t.strictSame(await shown(wrong('k', 0)), ['mismatched'])
  t.strictSame(await shown(wrong('k', 0), deleted('k', 1)), [])
  t.strictSame(await shown(wrong('k', 0), deleted('k', 1), stored('k', 2, 'x')), ['archive'])
  t.strictSame(await shown(stored('k', 0, 'x'), deleted('k', 1), wrong('k', 2)), ['mismatched'])
  t.strictSame(await shown(wrong('k', 0), wrong('k', 1)), ['mismatched'], 'the later one')
  t.strictSame(await shown(wrong('k', 0), stored('k', 0, 'x')), ['archive'], 'at the same time')
  t.strictSame(await shown(wrong('k', 0), stored('k', 1, 'x')), ['archive'])
})

t.test('whatever is stored and deleted, the keys that were stored last are there', async (t) => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c.volume2'),
    act: fc.constantFrom<'delete' | 'x' | 'y'>('delete', 'x', 'y'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const model = new Map<string, number>()
      const last = new Map<string, string>()
      const records = steps.map(({ key, act }, day) => {
        if (act === 'delete') {
          model.delete(key)
          last.delete(key)
          return deleted(key, day)
        }
        // The same content again may keep the record before it.
        if (last.get(key) !== act) model.set(key, day)
        last.set(key, act)
        return stored(key, day, act)
      })
      const files = await filesWith(records)
      const found = await gathered(archivesIn(PATH, files))
      t.strictSame(
        new Map(found.map(({ archiveId, time }) => [archiveId.replace('s3://backups/', ''), time])),
        new Map([...model].map(([key, day]) => [key, timeOf(day)])),
      )
      t.equal(found.length, model.size, 'each once')
      const gone = new Set(steps.map(({ key }) => key).filter((key) => !model.has(key)))
      t.strictSame(await deletedIn(PATH, files), new Set([...gone].map((key) => `s3://backups/${key}`)))
      const { conflicts } = await listingOf(PATH, files)
      t.strictSame(conflicts, [])
    }),
  )
})

t.test('an import adds of an object only what is newer than the catalog', async (t) => {
  const times = async (catalog: CatalogRecord[], imported: CatalogRecord[]): Promise<readonly string[]> => {
    const plan = await planImport(PATH, imported, await filesWith(catalog))
    t.strictSame(plan.conflicts, [])
    return plan.added.map(({ type, time }) => `${type} ${time.slice(0, 10)}`)
  }
  const history = [stored('k', 0, 'x'), deleted('k', 1), stored('k', 2, 'y')]
  const all = ['archive 2026-01-01', 'deleted 2026-01-02', 'archive 2026-01-03']
  t.strictSame(await times([], history), all)
  t.strictSame(await times([stored('k', 0, 'x')], history), all.slice(1))
  t.strictSame(await times([stored('k', 2, 'y')], history), [])
  t.strictSame(await times([stored('k', 0, 'x'), deleted('k', 1)], [stored('k', 0, 'z')]), [])
  t.strictSame(await times([stored('k', 0, 'x'), deleted('k', 1)], [stored('k', 2, 'z')]), [all[2]])
})

t.test('a volume that an earlier stream of the key has left is no volume of the later stream', async (t) => {
  const key = 's3://backups/k'
  const second = stored('k.volume2', 1, 'b', { volume: 2, firstVolume: key })
  const long = [stored('k', 0, 'a', { more: true }), second]
  t.match(await setOf(PATH, key, await filesWith(long)), {
    volumes: [{ volume: 1 }, { volume: 2 }],
    size: 10,
  })
  for (const [name, content] of [
    ['other content', 'c'],
    ['the same first volume', 'a'],
  ] as const) {
    const set = await setOf(PATH, key, await filesWith([...long, stored('k', 2, content)]))
    t.match(set, { state: 'complete', size: 5, duplicates: [{ archiveId: second.archiveId }] }, name)
    t.equal(set?.volumes.length, 1, name)
  }
  const whole = stored('k', 2, 'c', { partSize: undefined, intentId: 'i' })
  t.equal((await setOf(PATH, key, await filesWith([...long, whole])))?.volumes.length, 1, 'one request')
  const found = stored('k', 2, 'c', { partSize: undefined })
  t.match(await setOf(PATH, key, await filesWith([...long, found])), { size: 10 }, 'a list does not say it')
})
