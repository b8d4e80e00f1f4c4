import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { CatalogRecord } from '../../../lib/catalog/record.js'
import { UnsettledRecords, unsettledIn } from '../../../lib/catalog/queries/unsettled-records.js'

const common = { time: 't', region: 'r', vaultName: 'v' } as const
const content = { size: 5, treeHash: 'h' } as const
const sending = {
  type: 'sending',
  ...common,
  ...content,
  intentId: 'i',
  name: 'n',
  streamId: 's',
  volume: 1,
} as const
const begun = {
  type: 'begun',
  ...common,
  uploadId: 'u',
  partSize: 2,
  description: 'd',
  name: 'n',
  streamId: 's',
  volume: 2,
  firstVolume: 'a',
} as const
const completing = { type: 'completing', time: 't', uploadId: 'u', ...content, more: true } as const
const archive = { type: 'archive', ...common, ...content, archiveId: 'a', volume: 1 } as const
const ofUpload = { ...common, uploadId: 'u' } as const

function after(...records: readonly CatalogRecord[]): UnsettledRecords {
  const unsettled = new UnsettledRecords()
  for (const record of records) unsettled.take(record)
  return unsettled
}

t.test(
  'a request that was not answered may have stored an archive, until a record says what came of it',
  async (t) => {
    t.match(after(sending).possible(), [
      {
        type: 'possible',
        record: sending,
        size: 5,
        treeHash: 'h',
        origin: { intentId: 'i', name: 'n', streamId: 's' },
      },
    ])
    for (const outcome of [
      { ...archive, intentId: 'i' },
      { type: 'rejected', time: 't', intentId: 'i' },
      { type: 'mismatched', ...common, archiveId: 'a', size: 5, sentTreeHash: 'h', intentId: 'i' },
    ] as const)
      t.strictSame(after(sending, outcome).possible(), [], outcome.type)
    t.equal(after(sending, archive, { type: 'deleted', ...common, archiveId: 'a' }).possible().length, 1)
  },
)

t.test(
  'a completion that was not answered may have stored an archive, with what is known of its upload',
  async (t) => {
    t.strictSame(after(begun).possible(), [], 'none was sent')
    const expected = {
      vaultName: 'v',
      size: 5,
      description: 'd',
      origin: {
        uploadId: 'u',
        name: 'n',
        streamId: 's',
        partSize: 2,
        parts: 3,
        volume: 2,
        firstVolume: 'a',
        more: true,
      },
    }
    t.match(after(begun, completing).possible(), [{ ...expected, record: completing }])
    const unknown = { type: 'unknown', ...ofUpload, ...content } as const
    t.match(after(begun, completing, unknown).possible(), [{ ...expected, record: unknown }])
    const [old] = after(begun, { type: 'completing', time: 't', uploadId: 'u' }, unknown).possible()
    t.match(old, { size: 5 })
    t.notOk(old?.origin.partSize, 'version 0.1 did not say whether another volume follows')
    t.match(after(begun, { type: 'completing', time: 't', uploadId: 'u' }).possible(), [{ size: undefined }])
    t.match(
      after(unknown).possible(),
      [{ vaultName: 'v', size: 5, origin: { uploadId: 'u' } }],
      "another catalog's",
    )
    t.strictSame(after(completing).possible(), [], 'without its place')
    for (const outcome of [
      { ...archive, uploadId: 'u' },
      { type: 'rejected', time: 't', uploadId: 'u' },
      { type: 'mismatched', ...common, archiveId: 'a', size: 5, sentTreeHash: 'h', uploadId: 'u' },
      { type: 'aborted', ...ofUpload },
      { type: 'ended', time: 't', uploadId: 'u' },
    ] as const)
      t.strictSame(after(begun, completing, outcome).possible(), [], outcome.type)
  },
)

t.test('what version 0.1 noted is settled by an archive that an inventory told of', async (t) => {
  const orphan = { type: 'orphan', ...common, ...content } as const
  t.match(after(orphan).possible(), [{ record: orphan, size: 5 }])
  t.equal(after(orphan, { ...archive, partSize: 1 }, { ...archive, size: 6 }).possible().length, 1)
  t.equal(after(orphan, orphan, archive).possible().length, 1)
  const others = [
    { ...archive, vaultName: 'other' },
    { ...archive, treeHash: 'other' },
  ]
  t.equal(after(orphan, ...others).possible().length, 1)
})

t.test('an upload that is gone may be the archive of an intent that is not rejected', async (t) => {
  const expired = { type: 'expired', ...ofUpload } as const
  t.strictSame([...after(begun, expired).uploads], [], 'no completion was sent')
  t.match(after(begun, completing, expired).possible(), [{ record: completing }])
  t.match(after(completing, begun, expired).possible(), [{ record: completing }], 'of another process')
  const first = { ...completing, intentId: '1' }
  const second = { ...completing, intentId: '2' }
  const rejected = { type: 'rejected', time: 't', uploadId: 'u' } as const
  t.match(after(begun, first, second).possible(), [{ record: second }], 'the last one counts')
  t.match(after(begun, first, second, { ...rejected, intentId: '2' }).possible(), [{ record: first }])
  t.match(after(begun, first, second, { ...rejected, intentId: '1' }, expired).possible(), [
    { record: second },
  ])
  t.strictSame(after(begun, first, second, rejected).possible(), [], 'all of them')
  t.strictSame([...after(rejected).uploads], [], 'of another catalog')
  const ofStream = { type: 'expired', ...common, streamId: 's' } as const
  t.equal(after(begun, ofStream).uploads.size, 1, 'a stream that ended between two volumes')
})

t.test('open uploads are known with how they stand', async (t) => {
  const superseded = { type: 'superseded', ...ofUpload } as const
  t.match([...after(begun, superseded).uploads], [['u', { begun, outcome: superseded }]])
  t.match([...after(begun, { type: 'superseded', ...common, streamId: 's' }).uploads], [['u', { begun }]])
  t.strictSame(
    [
      ...after(begun, { type: 'aborted', ...ofUpload }, { type: 'rejected', time: 't', uploadId: 'u' })
        .uploads,
    ],
    [],
  )
})

t.test('what a catalog has not settled is read from all of it', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  t.strictSame((await unsettledIn(path)).possible(), [], 'nothing, where there is no catalog')
  await writeFile(path, [sending, begun, completing].map((record) => `${JSON.stringify(record)}\n`).join(''))
  const unsettled = await unsettledIn(path)
  t.match([...unsettled.uploads], [['u', { begun, intents: [completing] }]])
  t.equal(unsettled.possible().length, 2)
})

t.test('a record without the ID of an upload changes no upload', async (t) => {
  const without = [
    { type: 'rejected', time: 't', intentId: 'i' },
    { type: 'superseded', ...common, streamId: 's' },
  ] as const
  t.strictSame([...after(begun, ...without).uploads], [['u', { begun }]])
})

t.test('what is not known of an upload is absent in the archive that may exist', async (t) => {
  const unknown = { type: 'unknown', ...ofUpload } as const
  t.match(after(unknown).possible(), [{ size: undefined, treeHash: undefined }])
  const [other] = after(completing, { ...unknown, ...content }).possible()
  t.notOk(other && 'parts' in other.origin, 'without the part size, the number of parts is not known')
  t.strictSame(after(completing, { type: 'superseded', ...ofUpload }).possible(), [])
  const [old] = after({ type: 'orphan', ...common, ...content, accountId: '111122223333' }).possible()
  t.strictSame(old?.origin, { accountId: '111122223333' })
})
