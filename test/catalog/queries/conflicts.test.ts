import t from 'tap'
import { richestOf, richness, verdictOn } from '../../../lib/catalog/queries/conflicts.js'
import type { ArchiveRecord, MismatchedRecord } from '../../../lib/catalog/record.js'

const place = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'backups' }

function archive(more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  return { type: 'archive', ...place, archiveId: 'a', size: 5, treeHash: 'h', volume: 1, ...more }
}

function mismatched(more: object = {}): MismatchedRecord {
  return { type: 'mismatched', ...place, archiveId: 'a', size: 5, sentTreeHash: 's', ...more }
}

t.test('a record of an upload states the most, and one of an inventory the least', async (t) => {
  t.equal(richness(archive()), 0)
  t.equal(richness(archive({ uploadId: 'u' })), 1)
  t.equal(richness(archive({ intentId: 'i' })), 1)
  t.equal(richness(archive({ partSize: 4 })), 2)
  t.equal(richness(archive({ partSize: 4, uploadId: 'u' })), 3)
  t.equal(richness(archive({ partSize: 4, intentId: 'i' })), 3)
  const [one, two] = [archive(), archive()]
  t.equal(richestOf([one, two]), one, 'of equals, the first')
  t.equal(richestOf([]), undefined)
})

t.test('a record without a tree hash contradicts no other one', async (t) => {
  const one = archive()
  t.strictSame(verdictOn('a', [mismatched(), one]), { archive: one, conflict: undefined })
  t.strictSame(verdictOn('a', [mismatched()]), { archive: undefined, conflict: undefined })
})

t.test('a conflict has the first record of each tree hash', async (t) => {
  const [one, two] = [archive(), archive({ treeHash: 'other' })]
  const again = [archive({ name: 'n' }), archive({ treeHash: 'other', name: 'n' })]
  const { conflict } = verdictOn('a', [one, two, ...again])
  t.strictSame(conflict, { archiveId: 'a', records: [one, two] })
})

t.test('only the record of an archive is used, and only it settles a conflict', async (t) => {
  const one = archive()
  const wrong = mismatched({ treeHash: 'h', uploadId: 'u' })
  t.equal(verdictOn('a', [wrong, one]).archive, one, 'as it is')
  const claim = mismatched({ treeHash: 'other', settles: true })
  t.ok(verdictOn('a', [one, claim]).conflict)
})

t.test('an object that is stored again replaces the one before, and is no conflict', async (t) => {
  const archiveId = 's3://backups/docs.tar'
  const object = (value: string, time: string): ArchiveRecord => {
    const hash = { algorithm: 'sha256-composite', value } as const
    return { type: 'archive', ...place, time, vaultName: 's3://backups', archiveId, size: 5, hash, volume: 1 }
  }
  const [one, two, three] = [object('a-1', '1'), object('b-1', '2'), object('a-1', '3')]
  t.strictSame(verdictOn(archiveId, [one, two]), { archive: two, conflict: undefined })
  t.equal(verdictOn(archiveId, [one, two, three]).archive, three, 'the same content, stored later')
  const wrong = mismatched({ archiveId })
  t.equal(verdictOn(archiveId, [one, two, wrong]).archive, two, 'a record without a hash replaces nothing')
  t.strictSame(verdictOn(archiveId, [wrong]), { archive: undefined, conflict: undefined })
  t.ok(verdictOn('a', [one, two]).conflict, 'an archive of a vault is never replaced')
})
