import t from 'tap'
import type { CatalogEntry } from '../../../../lib/catalog/queries/listing.js'
import { rowOf } from '../../../../lib/cli/run/ls/ls-row.js'

const PLACE = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', size: 5 }

t.test('the name of an object is its key, and never its description', (t) => {
  const possible = (vaultName: string, name?: string): string =>
    rowOf({
      ...{ ...PLACE, type: 'possible', vaultName, description: 'a text' },
      ...{ origin: { name }, record: { type: 'completing' } },
    } as unknown as CatalogEntry).name
  t.equal(possible('s3://backups', 'docs.tar'), 'docs.tar')
  t.equal(possible('s3://backups'), '')
  t.equal(possible('backups'), 'a text')
  const wrong = (archiveId: string): string =>
    rowOf({ ...PLACE, type: 'mismatched', vaultName: 'any', archiveId } as unknown as CatalogEntry).name
  t.equal(wrong('s3://backups/docs.tar'), 'docs.tar')
  t.equal(wrong('A'.repeat(138)), '')
  t.end()
})
