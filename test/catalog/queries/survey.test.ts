import t from 'tap'
import { describingRecords, surveyOf } from '../../../lib/catalog/queries/survey.js'
import type { ArchiveRecord, CatalogRecord } from '../../../lib/catalog/record.js'
import { MemoryFiles } from '../../helpers/memory-files.js'

const PATH = '/catalog.jsonl'
const place = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'backups' }

function archive(archiveId: string, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  return { type: 'archive', ...place, archiveId, size: 5, treeHash: 'h', volume: 1, ...more }
}

async function filesWith(...lines: readonly (CatalogRecord | string)[]): Promise<MemoryFiles> {
  const files = new MemoryFiles()
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')
  await files.writeFile(PATH, text, { mode: 0o600 })
  return files
}

t.test('later volumes are found, also where nothing was deleted', async (t) => {
  const [second, third] = [
    archive('b', { volume: 2, firstVolume: 'a' }),
    archive('c', { volume: 3, firstVolume: 'a' }),
  ]
  const { laterVolumes, deleted, repeated } = await surveyOf(
    PATH,
    await filesWith(archive('a'), second, third),
  )
  t.strictSame([...laterVolumes], [['a', [second, third]]])
  t.equal(deleted.size, 0)
  t.equal(repeated.size, 0)
})

t.test(
  'an upload of a later volume, and a first volume behind a torn line, are no later volumes',
  async (t) => {
    const begun = {
      type: 'begun',
      ...place,
      uploadId: 'u',
      partSize: 4,
      volume: 2,
      firstVolume: 'a',
    } as const
    const files = await filesWith(begun, `{"type":"arch${JSON.stringify(archive('a'))}`)
    t.equal((await surveyOf(PATH, files)).laterVolumes.size, 0)
  },
)

t.test('an archive is repeated if several whole records describe it', async (t) => {
  const [one, two] = [archive('a'), archive('a', { name: 'n' })]
  const files = await filesWith(one, archive('b'), '{"type":"archive","archiveId":"b","treeH', two)
  t.strictSame([...(await surveyOf(PATH, files)).repeated], [['a', [one, two]]])
})

t.test('only records of archives describe an archive', async (t) => {
  const one = archive('a')
  const wrong = { type: 'mismatched', ...place, archiveId: 'a', size: 5, sentTreeHash: 'h' } as const
  const files = await filesWith(
    one,
    { type: 'unknown', ...place, archiveId: 'a', size: 5, treeHash: 'other' },
    { type: 'deleted', ...place, archiveId: 'a' },
    wrong,
    archive('b', { volume: 2, firstVolume: 'a' }),
  )
  t.strictSame([...(await describingRecords(PATH, new Set(['a']), files))], [['a', [one, wrong]]])
})

t.test(
  'after the deletion of an object, blocks without objects are still read for their IDs alone',
  async (t) => {
    const gone = { type: 'deleted', ...place, archiveId: 's3://backups/a' } as CatalogRecord
    const others = Array.from({ length: 2000 }, (_, i) => archive(`vault-archive-${i}`))
    const again = archive('s3://backups/a')
    const files = await filesWith(
      archive('s3://backups/a'),
      gone,
      ...others,
      archive('vault-archive-7'),
      again,
    )
    const { deleted, repeated } = await surveyOf(PATH, files)
    t.strictSame([...deleted], [], 'it was stored again')
    t.strictSame([...repeated.keys()].sort(), ['s3://backups/a', 'vault-archive-7'])
  },
)

t.test(
  'a volume of an object that is deleted leaves its set, and comes back as it is stored again',
  async (t) => {
    const later = (setId: string, volume: number, day: number): ArchiveRecord =>
      archive(`${setId}.volume${volume}`, {
        volume,
        firstVolume: setId,
        time: `2026-01-0${day}T00:00:00.000Z`,
      })
    const goneAt = (archiveId: string): CatalogRecord => ({ type: 'deleted', ...place, archiveId })
    for (const setId of ['s3://backups/k', 's3://backups/a.volume7.tar']) {
      const [second, tenth, again] = [later(setId, 2, 1), later(setId, 10, 1), later(setId, 10, 3)]
      const files = await filesWith(archive(setId), second, tenth, goneAt(tenth.archiveId), again)
      t.strictSame([...(await surveyOf(PATH, files)).laterVolumes], [[setId, [second, again]]])
    }
  },
)
