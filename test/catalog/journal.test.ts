import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import { catalogJournal, type JournalOptions } from '../../lib/catalog/journal.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import { LockLostError } from '../../lib/errors.js'
import type { ProcessIdentity } from '../../lib/runtime/process-identity.js'
import type { UploadJournal } from '../../lib/store/upload-journal.js'

const NOW = Date.parse('2026-01-01T00:00:00.000Z')
const place = { region: 'eu-west-1', endpoint: 'https://here' }
const owner: ProcessIdentity = {
  host: 'h',
  pid: 7,
  startTime: '1',
  bootId: 'b',
  pidNamespace: 'n',
}
const stream: JournalOptions = {
  vaultName: 'backups',
  accountId: '111122223333',
  name: 'srv.tar',
  streamId: 's',
  owner,
}
const location = '/444455556666/vaults/backups/multipart-uploads/u'
const begun = {
  uploadId: 'u',
  vaultName: 'backups',
  partSize: 4,
  description: 'd',
  volume: 2,
  firstVolume: 'one',
}
const recorded = {
  archiveId: 'a',
  vaultName: 'backups',
  size: 9,
  hash: 'aa',
  partSize: 4,
  parts: 3,
  description: 'd',
  volume: 2,
  firstVolume: 'one',
}
const archive = { ...recorded, location: undefined }
const intent = { size: 9, hash: 'aa', firstPart: { size: 4, hash: 'bb' } }
const sending = {
  intentId: 'i',
  vaultName: 'backups',
  size: 3,
  hash: 'cc',
  description: 'd',
  volume: 2,
  firstVolume: 'one',
}

/** Content as a record has it: the hash of a vault is a tree hash. */
function inRecord({ hash, ...fields }: { readonly hash: string }): object {
  return { ...fields, treeHash: hash }
}
const intentInRecord = { ...inRecord(intent), firstPart: inRecord(intent.firstPart) }

/** The records that a journal appends, as they are read back. */
async function recordsOf(
  take: (journal: UploadJournal) => Promise<void>,
  facts: JournalOptions | 'none' = stream,
): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = []
  const append = async (record: CatalogRecord): Promise<void> => {
    records.push(JSON.parse(JSON.stringify(record)) as Record<string, unknown>)
  }
  await take(catalogJournal({ append }, place, facts === 'none' ? {} : facts, { now: () => NOW }))
  for (const record of records) {
    t.equal(record.time, '2026-01-01T00:00:00.000Z')
    delete record.time
  }
  return records
}

t.test('a journal is of a vault, or of a bucket', async (t) => {
  const make = (vaultName: string): UploadJournal =>
    catalogJournal({ append: () => Promise.resolve() }, place, { ...stream, vaultName }, { now: () => NOW })
  for (const name of ['backups', 's3://backups']) t.ok(make(name), name)
  for (const name of ['a/b', 's3://B', 's3://backups/key', ''])
    t.throws(() => make(name), { name: 'RangeError', message: /the name of a vault/ }, name)
})

t.test('an upload that was begun has its identity and its owner', async (t) => {
  const records = await recordsOf((journal) => journal.begun({ ...begun, location }))
  t.strictSame(records, [
    { type: 'begun', ...place, accountId: '444455556666', ...begun, name: 'srv.tar', streamId: 's', owner },
  ])
})

t.test('the account is the one the service states, else the one that is known; - is none', async (t) => {
  for (const [path, known, accountId] of [
    [location, '111122223333', '444455556666'],
    [location, undefined, '444455556666'],
    [undefined, '111122223333', '111122223333'],
    ['/-/vaults/backups', '111122223333', '111122223333'],
    ['/-/vaults/backups', undefined, undefined],
    ['somewhere/444455556666/', undefined, undefined],
  ] as const) {
    const records = await recordsOf(
      async (journal) => {
        await journal.begun({ ...begun, location: path })
        await journal.stored({ ...archive, location: path }, 'u', false)
      },
      { ...stream, accountId: known },
    )
    t.strictSame(
      records.map((record) => record.accountId),
      [accountId, accountId],
      `${path} and ${known}`,
    )
    for (const record of records) t.notOk('location' in record)
  }
})

t.test('intents have the content that they are sent with', async (t) => {
  const records = await recordsOf(async (journal) => {
    await journal.completing('u', { ...intent, hasNextVolume: true })
    await journal.completing('u', { ...intent, hasNextVolume: false })
    await journal.sending(sending)
    await journal.completing('u', { intentId: 'j', ...intent, hasNextVolume: false })
    await journal.rejected({ uploadId: 'u' })
    await journal.rejected({ uploadId: 'u', intentId: 'j' })
    await journal.rejected({ intentId: 'i' })
  })
  t.strictSame(records, [
    { type: 'completing', uploadId: 'u', ...intentInRecord, more: true },
    { type: 'completing', uploadId: 'u', ...intentInRecord },
    {
      type: 'sending',
      ...place,
      accountId: '111122223333',
      ...inRecord(sending),
      name: 'srv.tar',
      streamId: 's',
    },
    { type: 'completing', uploadId: 'u', intentId: 'j', ...intentInRecord },
    { type: 'rejected', uploadId: 'u' },
    { type: 'rejected', uploadId: 'u', intentId: 'j' },
    { type: 'rejected', intentId: 'i' },
  ])
})

t.test('an archive has its upload or its intent, and whether another volume follows', async (t) => {
  const of = { ...place, accountId: '111122223333', ...inRecord(recorded), name: 'srv.tar', streamId: 's' }
  const records = await recordsOf(async (journal) => {
    await journal.stored(archive, 'u', true)
    await journal.stored(archive, undefined, false, 'i')
    await journal.mismatched({
      archiveId: 'm',
      vaultName: 'backups',
      size: 9,
      hash: undefined,
      sentHash: 'aa',
      uploadId: 'u',
    })
  })
  t.strictSame(records, [
    { type: 'archive', ...of, uploadId: 'u', more: true },
    { type: 'archive', ...of, intentId: 'i' },
    {
      type: 'mismatched',
      ...place,
      accountId: '111122223333',
      archiveId: 'm',
      vaultName: 'backups',
      size: 9,
      sentTreeHash: 'aa',
      uploadId: 'u',
    },
  ])
})

t.test('an archive in a bucket has a hash that states its algorithm and part size', async (t) => {
  const value = `${'A'.repeat(43)}=-3`
  const hash = { algorithm: 'sha256-composite', value }
  const records = await recordsOf(async (journal) => {
    const firstPart = { size: 4, hash: 'bb' }
    await journal.completing('u', { size: 9, hash: value, firstPart, hasNextVolume: false })
    await journal.stored({ ...archive, hash: value }, 'u', false)
    await journal.mismatched({ archiveId: 'm', vaultName: 'b', size: 9, hash: undefined, sentHash: value })
    const other = { archiveId: 'n', vaultName: 'b', size: 9, hash: `${'B'.repeat(43)}=-3` }
    await journal.mismatched({ ...other, sentHash: value })
    await journal.mismatched({ ...other, hash: 'bb', sentHash: 'aa' })
  })
  t.match(records, [
    { type: 'completing', size: 9, hash, firstPart: { size: 4, hash: { algorithm: 'sha256', value: 'bb' } } },
    { type: 'archive', size: 9, hash: { ...hash, partSize: 4 } },
    { type: 'mismatched', size: 9, sentHash: hash },
    { type: 'mismatched', hash: { ...hash, value: `${'B'.repeat(43)}=-3` }, sentHash: hash },
    { type: 'mismatched', treeHash: 'bb', sentTreeHash: 'aa' },
  ])
  for (const record of records.slice(0, 4)) t.notOk('treeHash' in record || 'sentTreeHash' in record)
})

t.test('each end of an upload has a record', async (t) => {
  const content = { size: 9, hash: 'aa' }
  const records = await recordsOf(async (journal) => {
    await journal.closed('aborted', 'u')
    await journal.closed('expired', 'u')
    await journal.closed('superseded', undefined)
    await journal.closed('unknown', 'u', content)
    await journal.closed('unknown', 'u', { ...content, archiveId: 'a' })
  })
  const of = { ...place, vaultName: 'backups', accountId: '111122223333', streamId: 's' }
  t.strictSame(records, [
    { type: 'aborted', ...of, uploadId: 'u' },
    { type: 'expired', ...of, uploadId: 'u' },
    { type: 'superseded', ...of },
    { type: 'unknown', ...of, uploadId: 'u', ...inRecord(content) },
    { type: 'unknown', ...of, uploadId: 'u', ...inRecord(content), archiveId: 'a' },
  ])
})

t.test('a stream of which nothing is known has no name and no owner', async (t) => {
  const [record] = await recordsOf((journal) => journal.begun({ ...begun, location: undefined }), 'none')
  t.strictSame(record, { type: 'begun', ...place, ...begun })
})

t.test('who has lost the lock records no intent', async (t) => {
  let isHeld = true
  const lock = {
    assertHeld: async (): Promise<void> => {
      if (!isHeld) throw new LockLostError('the upload u')
    },
  }
  const records = await recordsOf(
    async (journal) => {
      await journal.assertOwner()
      await journal.completing('u', { ...intent, hasNextVolume: false })
      isHeld = false
      await t.rejects(journal.assertOwner(), { code: 'ERR_LOCK_LOST' })
      await t.rejects(journal.completing('u', { ...intent, hasNextVolume: false }), { code: 'ERR_LOCK_LOST' })
    },
    { ...stream, lock },
  )
  t.equal(records.length, 1)
  await recordsOf((journal) => journal.assertOwner()) // without a lock nothing is checked
})

t.test('the lines on disk are those of the earlier versions, byte for byte', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  await using catalog = await Catalog.open(path)
  const journal = catalog.journal(place, stream)
  await journal.begun({ location, ...begun })
  await journal.sending(sending)
  await journal.completing('u', { firstPart: intent.firstPart, hasNextVolume: true, size: 9, hash: 'aa' })
  await journal.rejected({ uploadId: 'u' })
  const passedAlong = { location: undefined, isOurs: true }
  await journal.stored({ ...passedAlong, ...archive }, 'u', true)
  const content = { hash: undefined, size: 9, sentHash: 'aa', intentId: 'i' }
  await journal.mismatched({ ...content, vaultName: 'backups', archiveId: 'm' })
  await journal.closed('unknown', 'u', { archiveId: 'a', hash: 'aa', size: 9 })
  await journal.closed('superseded', undefined)
  const service = '"region":"eu-west-1","endpoint":"https://here"'
  const named = '"name":"srv.tar","streamId":"s"'
  const volume = '"description":"d","volume":2,"firstVolume":"one"'
  const known = '"accountId":"111122223333"'
  const lines = [
    `{"type":"begun","time":"",${service},"accountId":"444455556666","uploadId":"u","vaultName":"backups","partSize":4,${volume},${named},"owner":{"host":"h","pid":7,"startTime":"1","bootId":"b","pidNamespace":"n"}}`,
    `{"type":"sending","time":"",${service},${known},"intentId":"i","vaultName":"backups","size":3,"treeHash":"cc",${volume},${named}}`,
    '{"type":"completing","time":"","uploadId":"u","size":9,"treeHash":"aa","firstPart":{"size":4,"treeHash":"bb"},"more":true}',
    '{"type":"rejected","time":"","uploadId":"u"}',
    `{"type":"archive","time":"",${service},${known},"archiveId":"a","vaultName":"backups","size":9,"treeHash":"aa","partSize":4,"parts":3,${volume},"uploadId":"u",${named},"more":true}`,
    `{"type":"mismatched","time":"",${service},${known},"archiveId":"m","vaultName":"backups","size":9,"sentTreeHash":"aa","intentId":"i"}`,
    `{"type":"unknown","time":"",${service},"vaultName":"backups",${known},"uploadId":"u","streamId":"s","size":9,"treeHash":"aa","archiveId":"a"}`,
    `{"type":"superseded","time":"",${service},"vaultName":"backups",${known},"streamId":"s"}`,
  ]
  const found = (await readFile(path, 'utf8')).replace(/"time":"[^"]*"/g, '"time":""')
  t.equal(found, `${lines.join('\n')}\n`)
})
