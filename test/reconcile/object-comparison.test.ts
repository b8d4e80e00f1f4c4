import t from 'tap'
import { unsettledIn } from '../../lib/catalog/queries/unsettled-records.js'
import type { ArchiveRecord, MismatchedRecord } from '../../lib/catalog/record.js'
import { ObjectComparison } from '../../lib/reconcile/object-comparison.js'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

t.test('a record whose name has no room for the number of its volume is of no object', async (t) => {
  const place = { vaultName: 's3://backups', region: 'eu-west-1' }
  const content = {
    size: 5,
    hash: { algorithm: 'sha256-composite', value: `${Buffer.alloc(32).toString('base64')}-1` },
  } as const
  const time = '2026-03-01T12:00:00.000Z'
  const sending = {
    type: 'sending',
    time,
    ...place,
    ...content,
    intentId: 'i',
    name: 'k'.repeat(1024),
    volume: 2,
  }
  const file = join(t.testdir(), 'catalog.jsonl')
  await writeFile(file, `${JSON.stringify(sending)}\n`)
  const comparison = new ObjectComparison([], (await unsettledIn(file)).possible(), place)
  const record: ArchiveRecord = {
    ...{ type: 'archive', time, ...place, ...content, volume: 1 },
    archiveId: 's3://backups/other',
  }
  t.match(comparison.take(record), { why: 'new' })
})

t.test('an object of another version was replaced, also by the same content', (t) => {
  const place = { vaultName: 's3://backups', region: 'eu-west-1' }
  const record: ArchiveRecord = {
    ...{ type: 'archive', time: '2026-03-01T12:00:00.000Z', ...place, volume: 1, size: 5 },
    archiveId: 's3://backups/a',
  }
  const mismatched: MismatchedRecord = { ...record, type: 'mismatched' }
  for (const [known, versionId, finding] of [
    [{ ...record, versionId: 'v1' }, 'v1', 'known'],
    [{ ...record, versionId: 'v1' }, 'v2', { why: 'replaced' }],
    [{ ...record, versionId: 'v1' }, undefined, 'known'],
    [record, 'v2', 'known'],
    [mismatched, 'v2', 'known'],
  ] as const)
    t.match(new ObjectComparison([known], [], place).take({ ...record, versionId }), finding)
  t.end()
})
