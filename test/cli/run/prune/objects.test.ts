import t from 'tap'
import { candidatesIn, type NamedEntry } from '../../../../lib/cli/run/prune/candidates.js'
import { planPrune } from '../../../../lib/cli/run/prune/prune-plan.js'
import { UTC_CALENDAR } from '../../../../lib/retention/calendar.js'
import { MemoryFiles } from '../../../helpers/memory-files.js'

const PATH = '/catalog.jsonl'
const BUCKET = { region: 'eu-west-1', vaultName: 's3://backups' }
const TIME = '2026-01-01T00:00:00.000Z'
const ID = 's3://backups/a'

async function filesWith(...records: readonly Line[]): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  const text = records
    .map((record) => `${JSON.stringify({ type: record.type, time: TIME, ...BUCKET, ...record })}\n`)
    .join('')
  await files.writeFile(PATH, text, { mode: 0o600 })
  return files
}

interface Line {
  readonly type?: string
  readonly [field: string]: unknown
}

const archive = (more: object = {}): Line => ({
  ...{ type: 'archive', archiveId: ID, size: 5, volume: 1, partSize: 8, name: 'a' },
  hash: { algorithm: 'sha256-composite', value: `${'A'.repeat(43)}=-1`, partSize: 8 },
  ...more,
})

t.test('a stream that was stored at a key again is not one whose deletion was begun', async (t) => {
  const deleted: Line = { type: 'deleted', archiveId: `${ID}.volume2`, firstVolume: ID }
  const place = { ...BUCKET, accountId: undefined }
  const begunIn = async (...records: Line[]): Promise<number> =>
    (await candidatesIn(PATH, place, () => true, await filesWith(...records))).begun.length
  t.equal(await begunIn(archive({ more: true }), deleted), 1)
  t.equal(await begunIn(archive({ more: true }), deleted, archive({ time: '2026-02-01T00:00:00.000Z' })), 0)
})

t.test('an object of a class that is not known counts as charged for the longest time', (t) => {
  const entryOf = (storageClass: string): NamedEntry =>
    ({
      ...{ type: 'stored', name: 'a', id: ID, time: TIME, size: 5 },
      set: { volumes: [archive({ storageClass, time: TIME })], duplicates: [] },
    }) as unknown as NamedEntry
  const freeAt = (storageClass: string): unknown => {
    const time = { nowMs: Date.parse('2026-03-01T00:00:00Z'), calendar: UTC_CALENDAR }
    const plan = planPrune({ named: [entryOf(storageClass)], begun: [] }, { last: 1 }, time, false)
    return /"freeMs":(\d+)/.exec(JSON.stringify(plan))?.[1]
  }
  t.equal(freeAt('A_LATER_CLASS'), freeAt('DEEP_ARCHIVE'))
  t.not(freeAt('A_LATER_CLASS'), freeAt('GLACIER_IR'))
  t.end()
})
