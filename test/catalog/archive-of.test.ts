import t from 'tap'
import { archiveOf } from '../../lib/catalog/archive-of.js'
import type { ArchiveRecord } from '../../lib/catalog/record.js'

const record: ArchiveRecord = {
  type: 'archive',
  time: '2026-01-01T00:00:00.000Z',
  region: 'eu-west-1',
  vaultName: 'backups',
  archiveId: 'a',
  size: 5,
  volume: 1,
}

t.test('an archive has the hash of its record, whatever its algorithm', (t) => {
  t.match(archiveOf({ ...record, treeHash: 'aa' }), { hash: 'aa', partSize: 5, parts: 1 })
  const hash = { algorithm: 'sha256-composite', value: 'x-3', partSize: 2 } as const
  t.match(archiveOf({ ...record, hash, partSize: 2 }), { hash: 'x-3', partSize: 2, parts: 3 })
  t.match(archiveOf(record), { hash: '' }, 'one without a hash is no content of any source')
  t.end()
})

t.test('an archive has the version of its object, if the record has one', (t) => {
  t.match(archiveOf({ ...record, versionId: 'v' }), { versionId: 'v' })
  t.notOk('versionId' in archiveOf(record))
  t.end()
})
