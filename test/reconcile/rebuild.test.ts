import t from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import { readCatalog } from '../../lib/catalog/read-catalog.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import type { InventoryRow } from '../../lib/inventory/inventory-row.js'
import { rebuild } from '../../lib/reconcile/rebuild.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { MemoryFiles } from '../helpers/memory-files.js'

// A catalog on a disk in memory is rebuilt from rows, without a command and a service.

const PATH = '/data/catalog.jsonl'
const vault = { vaultName: 'docs', region: 'eu-west-1' }
const creationDate = '2026-01-01T00:00:00Z'
const place = { ...vault, endpoint: undefined, volume: 1, firstVolume: undefined }

function row(archiveId: string, treeHash: string): InventoryRow {
  return { archiveId, description: '', creationDate, size: 3, treeHash }
}

function record(archiveId: string, treeHash: string, more: object = {}): CatalogRecord {
  return { type: 'archive', time: 't', archiveId, size: 3, treeHash, ...place, ...more }
}

async function* rowsOf(...rows: readonly InventoryRow[]): AsyncGenerator<InventoryRow, void, undefined> {
  yield* rows
}

async function recordsIn(files: MemoryFiles): Promise<CatalogRecord[]> {
  const found: CatalogRecord[] = []
  for await (const one of readCatalog(PATH, undefined, files)) found.push(one)
  return found
}

t.test('archives that the catalog lacks are added, and the others are left as they are', async (t) => {
  const files = new MemoryFiles()
  await using catalog = await Catalog.openOn({ ...systemRuntime, files }, PATH)
  await catalog.append(
    record('known', 'a'),
    { type: 'deleted', time: 't', ...vault, archiveId: 'deleted' },
    {
      type: 'mismatched',
      time: 't',
      ...vault,
      archiveId: 'wrong',
      size: 3,
      sentTreeHash: 's',
    },
    {
      type: 'sending',
      time: 't',
      ...place,
      size: 3,
      treeHash: 'c',
      intentId: 'i',
      name: 'n',
    },
  )
  const given = ['known', 'deleted', 'wrong'].map((archiveId) => row(archiveId, 'a'))
  const rows = rowsOf(...given, row('new', 'b'), row('new', 'b'), row('sent', 'c'))
  const rebuilt = await rebuild({ catalog, rows, vault, accountId: '-', files })
  t.strictSame(rebuilt, { inventory: 6, added: 2, reconciled: 1, settled: 0, conflicts: [] })
  t.match((await recordsIn(files)).slice(4), [
    { type: 'archive', archiveId: 'new', time: creationDate, treeHash: 'b', accountId: '-', ...vault },
    { type: 'archive', archiveId: 'sent', intentId: 'i', name: 'n', accountId: '-' },
  ])
})

t.test('the inventory settles a conflict, and a conflict about another archive is left', async (t) => {
  const files = new MemoryFiles()
  await using catalog = await Catalog.openOn({ ...systemRuntime, files }, PATH)
  for (const archiveId of ['a', 'b'])
    await catalog.append(record(archiveId, 'x', { name: 'wrong' }), record(archiveId, 'y', { name: 'right' }))
  const rebuilt = await rebuild({ catalog, rows: rowsOf(row('a', 'y')), vault, accountId: undefined, files })
  t.match(rebuilt, { inventory: 1, added: 0, settled: 1, conflicts: [{ archiveId: 'b' }] })
  t.equal(rebuilt.conflicts.length, 1)
  t.match((await recordsIn(files)).slice(4), [
    { archiveId: 'a', treeHash: 'y', name: 'right', settles: true },
  ])
})

t.test('records are written a thousand at a time, and stay if the inventory fails later', async (t) => {
  const files = new MemoryFiles()
  await using catalog = await Catalog.openOn({ ...systemRuntime, files }, PATH)
  async function* failing(): AsyncGenerator<InventoryRow, void, undefined> {
    for (let i = 0; i < 1001; i++) yield row(`archive ${i}`, 'a')
    throw new Error('the inventory ends early')
  }
  const task = { catalog, vault, accountId: undefined, files }
  await t.rejects(rebuild({ ...task, rows: failing() }), { message: 'the inventory ends early' })
  t.equal((await recordsIn(files)).length, 1000)
  t.match(await rebuild({ ...task, rows: rowsOf(row('archive 1000', 'a')) }), { added: 1 })
})
