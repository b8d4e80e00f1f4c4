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
  const again = archive({ ...deleted, type: 'archive', volume: 2, time: '2026-02-01T00:00:00.000Z' })
  t.equal(await begunIn(archive({ more: true }), deleted, again), 0, 'nor one whose volume was put back')
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

t.test(
  'a stream with a volume that is older than the one before it is neither deleted nor counted',
  async (t) => {
    const place = { ...BUCKET, accountId: undefined }
    const foundIn = async (secondTime: string): Promise<readonly number[]> => {
      const second = { archiveId: `${ID}.volume2`, volume: 2, firstVolume: ID, time: secondTime }
      const files = await filesWith(
        archive({ more: true, time: '2026-01-02T00:00:00.000Z' }),
        archive(second),
      )
      const { named, ignored } = await candidatesIn(PATH, place, () => true, files)
      return [named.length, ignored.contradictory.length]
    }
    t.strictSame(await foundIn('2026-01-02T00:00:00.000Z'), [1, 0])
    t.strictSame(await foundIn('2026-01-01T00:00:00.000Z'), [0, 1])
  },
)

t.test('the dates in the keys decide between equal times, and must not contradict others', (t) => {
  const entryOf = (day: string, time: string): NamedEntry =>
    ({
      ...{ type: 'stored', name: `a-2026-11-${day}`, series: 'a', id: `${ID}-${day}`, time, size: 5 },
      set: { volumes: [archive({ storageClass: 'STANDARD', time })], duplicates: [] },
    }) as unknown as NamedEntry
  const planOf = (...times: readonly string[]): unknown => {
    const named = times.map((time, i) => entryOf(String(27 + i), `2026-01-0${time}T00:00:00.000Z`))
    const time = { nowMs: Date.parse('2026-03-01T00:00:00Z'), calendar: UTC_CALENDAR }
    const { groups } = planPrune({ named, begun: [] }, { last: 1 }, time, true)
    return groups.flatMap(({ entries }) =>
      entries.map(({ entry, action, reasons }) => [entry.name?.slice(-2), action, ...reasons].join(' ')),
    )
  }
  t.strictSame(planOf('1', '1', '1'), ['29 keep last', '28 delete', '27 delete'])
  t.strictSame(planOf('1', '2', '3'), ['29 keep last', '28 delete', '27 delete'])
  t.strictSame(planOf('3', '2', '1'), ['27 keep unordered', '28 keep unordered', '29 keep unordered'])
  t.strictSame(planOf('1', '1', '3'), ['29 keep last', '28 delete', '27 delete'])
  t.end()
})
