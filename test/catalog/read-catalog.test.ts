import t from 'tap'
import { readBlocks, readCatalog, type RecordFilter } from '../../lib/catalog/read-catalog.js'
import type { CatalogRecord, RecordType } from '../../lib/catalog/record.js'
import { MemoryFiles } from '../helpers/memory-files.js'

const PATH = '/catalog.jsonl'
const place = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'backups' }
const content = { size: 5, treeHash: 'h', volume: 1 }
const a: CatalogRecord = { type: 'archive', ...place, ...content, archiveId: 'a' }
const b: CatalogRecord = {
  type: 'archive',
  ...place,
  ...content,
  archiveId: 'b',
  firstVolume: 'a',
  volume: 2,
}
const quoted: CatalogRecord = { type: 'archive', ...place, ...content, archiveId: 'with "quotes"' }
const gone: CatalogRecord = { type: 'deleted', ...place, archiveId: 'b' }
const begun: CatalogRecord = {
  type: 'begun',
  ...place,
  uploadId: 'u',
  partSize: 4,
  volume: 2,
  firstVolume: 'a',
}
const ended: CatalogRecord = { type: 'ended', time: place.time, uploadId: 'u' }
const all = [a, b, quoted, gone, begun, ended]

/** A catalog with each record on a line of its own, and once more behind a torn line. */
async function catalog(): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  const lines = all.map((record) => JSON.stringify(record))
  const torn = lines.map((line) => `{"type":"archive","archiveId":"a${line}`)
  await files.writeFile(PATH, [...lines, ...torn, ''].join('\n'), { mode: 0o600 })
  return files
}

async function found(filter: RecordFilter<RecordType>): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for await (const block of readBlocks(PATH, filter, await catalog())) records.push(...block)
  return records
}

t.test('records are read by their type and by the archives that they name', async (t) => {
  const twice = (...records: CatalogRecord[]): CatalogRecord[] => [...records, ...records]
  t.strictSame(await found({}), twice(...all))
  t.strictSame(await found({ types: ['deleted'] }), twice(gone))
  t.strictSame(await found({ types: ['deleted', 'ended'] }), twice(gone, ended))
  t.strictSame(await found({ types: ['orphan'] }), [])
  t.strictSame(await found({ archiveIds: new Set(['b']) }), twice(b, gone))
  t.strictSame(await found({ archiveIds: new Set(['a']) }), twice(a, b, begun))
  t.strictSame(await found({ types: ['archive'], archiveIds: new Set(['a', 'x']) }), twice(a, b))
  t.strictSame(await found({ archiveIds: new Set(['with "quotes"']) }), twice(quoted))
  t.strictSame(await found({ archiveIds: new Set() }), [])
  const many = new Set(['b', ...Array.from({ length: 8 }, (_, i) => `none${i}`)])
  t.strictSame(await found({ archiveIds: many }), twice(b, gone))
})

t.test('all records of a catalog are read, or those of one type', async (t) => {
  const files = await catalog()
  const read = async (type?: RecordType): Promise<CatalogRecord[]> => {
    const records: CatalogRecord[] = []
    for await (const record of readCatalog(PATH, type, files)) records.push(record)
    return records
  }
  t.strictSame(await read(), [...all, ...all])
  t.strictSame(await read('ended'), [ended, ended])
  t.throws(() => readCatalog(PATH, 'other' as RecordType), RangeError)
})
