import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import {
  findUnfinishedUploads,
  unfinishedUploadsIn,
  type UnfinishedUpload,
} from '../../lib/catalog/unfinished-uploads.js'
import { UploadHistory } from '../../lib/catalog/upload-history.js'
import { MIB } from '../../lib/sizes.js'

const place = { region: 'eu-west-1', vaultName: 'backups' }
const firstPart = { size: MIB, treeHash: 'f1' }

let seconds = 0
function time(): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, seconds++)).toISOString()
}

function begun(uploadId: string, more: object = {}): CatalogRecord {
  const of = { accountId: '111122223333', name: 'n', streamId: `s-${uploadId}`, description: 'd', volume: 1 }
  return { type: 'begun', time: time(), ...place, ...of, uploadId, partSize: MIB, ...more }
}

function completing(uploadId: string, treeHash = 'aa', more: object = {}): CatalogRecord {
  return { type: 'completing', time: time(), uploadId, size: 3 * MIB, treeHash, firstPart, ...more }
}

function archive(archiveId: string, uploadId: string | undefined, more: object = {}): CatalogRecord {
  const content = { size: 3 * MIB, treeHash: 'aa', partSize: MIB, parts: 3, description: 'd', volume: 1 }
  return { type: 'archive', time: time(), ...place, name: 'n', ...content, archiveId, uploadId, ...more }
}

function closed(type: 'aborted' | 'expired' | 'superseded' | 'unknown', ids: object): CatalogRecord {
  return { type, time: time(), ...place, ...ids }
}

async function* iterate(records: readonly CatalogRecord[]): AsyncGenerator<CatalogRecord> {
  yield* records
}

function unfinished(...records: readonly CatalogRecord[]): Promise<UnfinishedUpload[]> {
  return findUnfinishedUploads(iterate(records))
}

async function idsOf(...records: readonly CatalogRecord[]): Promise<(string | undefined)[]> {
  return (await unfinished(...records)).map(({ uploadId }) => uploadId)
}

t.test('an upload that was begun is unfinished, with its identity', async (t) => {
  const record = begun('u', { endpoint: 'https://here', description: 'as sent' })
  t.strictSame(await unfinished(record), [
    {
      region: 'eu-west-1',
      endpoint: 'https://here',
      vaultName: 'backups',
      time: 'time' in record && record.time,
      position: 1,
      accountId: '111122223333',
      name: 'n',
      streamId: 's-u',
      description: 'as sent',
      uploadId: 'u',
      partSize: MIB,
      uploadDescription: 'as sent',
      earlierVolumes: [],
      intent: undefined,
      isOnlyIntent: false,
      hasUnknownIntent: false,
      firstPart: undefined,
      isSuperseded: false,
    },
  ])
})

t.test('each record that ends an upload ends it, and only that one', async (t) => {
  const ends: CatalogRecord[] = [
    closed('aborted', { uploadId: 'u' }),
    closed('unknown', { uploadId: 'u', size: 1, treeHash: 'aa' }),
    { type: 'ended', time: time(), uploadId: 'u' },
    {
      type: 'mismatched',
      time: time(),
      ...place,
      archiveId: 'm',
      size: 1,
      sentTreeHash: 'aa',
      uploadId: 'u',
    },
    archive('a', 'u'),
  ]
  for (const end of ends) {
    t.strictSame(await idsOf(begun('u'), begun('v'), completing('u'), end), ['v'], end.type)
    const [other] = await unfinished(begun('u'), completing('u'), end, begun('u'))
    if (end.type !== 'archive') t.equal(other?.intent, undefined, 'its intents have ended with it')
  }
})

t.test('records of other things end nothing', async (t) => {
  const sent = { size: 1, treeHash: 'aa', volume: 1 }
  const records: CatalogRecord[] = [
    { type: 'sending', time: time(), ...place, intentId: 'i', ...sent },
    { type: 'rejected', time: time(), intentId: 'i' },
    { type: 'orphan', time: time(), ...place, size: 1, treeHash: 'aa' },
    {
      type: 'mismatched',
      time: time(),
      ...place,
      archiveId: 'm',
      size: 1,
      sentTreeHash: 'aa',
      intentId: 'i',
    },
    { type: 'deleted', time: time(), ...place, archiveId: 'x' },
    closed('aborted', {}),
    closed('superseded', {}),
    { type: 'later', time: time() } as unknown as CatalogRecord,
    archive('from an inventory', undefined, { partSize: undefined, parts: undefined }),
    archive('whole', undefined, { parts: 1 }),
  ]
  t.match(await unfinished(begun('u'), ...records), [{ uploadId: 'u', isSuperseded: false }])
  t.strictSame(await unfinished(...records), [])
})

t.test('the order is that of the records, whatever their times say', async (t) => {
  const late = begun('first', { time: '2030-01-01T00:00:00.000Z' })
  const found = await unfinished(
    late,
    begun('second'),
    archive('a', undefined, { more: true }),
    begun('last'),
  )
  t.match(found, [
    { uploadId: 'first', position: 1 },
    { uploadId: 'second', position: 2 },
    { uploadId: undefined, position: 3 },
    { uploadId: 'last', position: 4 },
  ])
})

t.test('an intent counts until it is rejected', async (t) => {
  const found = await unfinished(begun('u'), completing('u', 'aa', { more: true }))
  const intent = { size: 3 * MIB, hash: 'aa', firstPart: { size: MIB, hash: 'f1' }, hasNextVolume: true }
  t.match(found, [{ intent, isOnlyIntent: true, firstPart: intent.firstPart }])
  const rejected: CatalogRecord = { type: 'rejected', time: time(), uploadId: 'u' }
  t.match(await unfinished(begun('u'), completing('u'), rejected), [
    { intent: undefined, isOnlyIntent: false },
  ])
  t.match(
    await unfinished(begun('u'), completing('u'), rejected, completing('u', 'bb')),
    [{ intent: { hash: 'bb', hasNextVolume: false }, isOnlyIntent: true }],
    'the one before it is void',
  )
})

t.test('of two intents the last counts, and neither proves what was stored', async (t) => {
  const two = [begun('u'), completing('u', 'aa'), completing('u', 'bb')]
  t.match(await unfinished(...two), [{ intent: { hash: 'bb' }, isOnlyIntent: false }])
  t.match(await unfinished(begun('u'), completing('u'), completing('u', 'aa', { size: 5 })), [
    { intent: { size: 5 }, isOnlyIntent: false },
  ])
  t.match(
    await unfinished(begun('u'), completing('u'), completing('u')),
    [{ intent: { hash: 'aa' }, isOnlyIntent: true }],
    'the same again is no other intent',
  )
})

t.test('records of version 0.1 have no stream, no name and no content of intents', async (t) => {
  const legacy = { name: undefined, streamId: undefined, accountId: undefined }
  const old = begun('u', { ...legacy, description: 'db' })
  const sent: CatalogRecord = { type: 'completing', time: time(), uploadId: 'u' }
  t.match(await unfinished(old, sent), [
    {
      uploadId: 'u',
      streamId: 'u',
      name: 'db',
      accountId: undefined,
      intent: undefined,
      isOnlyIntent: false,
      hasUnknownIntent: true,
    },
  ])
  t.match(await unfinished(begun('u', { ...legacy, description: undefined })), [{ name: undefined }])
  const first = archive('one', 'u', { ...legacy, description: 'db', more: true })
  const second = begun('u2', { ...legacy, volume: 2, firstVolume: 'one', description: 'db.volume2' })
  t.match(await unfinished(old, first), [{ streamId: 'one', name: 'db' }])
  t.match(await unfinished(old, first, second), [{ uploadId: 'u2', streamId: 'one', name: 'db' }])
  t.match(await unfinished(begun('u', { name: undefined, description: 'db' })), [
    { name: undefined, description: 'db' },
  ])
  const unpartitioned = archive('one', 'u', { ...legacy, partSize: undefined, more: true })
  t.match(await unfinished(old, unpartitioned), [{ earlierVolumes: [{ partSize: MIB }] }])
})

t.test('a stream that cannot be continued is superseded: its upload is open, but not meant', async (t) => {
  const isSuperseded = async (...records: CatalogRecord[]): Promise<boolean[]> =>
    (await unfinished(...records)).map((it) => it.isSuperseded)
  const ofUpload = closed('superseded', { uploadId: 'u' })
  const ofStream = closed('superseded', { streamId: 's' })
  t.strictSame(await isSuperseded(begun('u'), begun('v'), ofUpload), [true, false])
  t.strictSame(await isSuperseded(begun('u', { streamId: 's' }), begun('v'), ofStream), [true, false])
  const volume = archive('one', 'u', { streamId: 's', more: true })
  const next = begun('u2', { streamId: 's', volume: 2, firstVolume: 'one' })
  t.strictSame(await isSuperseded(volume, ofStream), [true])
  t.strictSame(await isSuperseded(volume, next, ofStream), [true])
  t.strictSame(await isSuperseded(ofUpload, ofStream), [], 'of what is not known it says nothing')
})

t.test(
  'older streams of the same name are superseded too, and stay so when the newer one has ended',
  async (t) => {
    const ofUpload = { uploadId: 'u', streamId: 's-u' }
    const ended = [closed('superseded', ofUpload), closed('aborted', ofUpload)]
    const older = (more: object): Promise<UnfinishedUpload[]> =>
      unfinished(
        begun('old', more),
        begun('u', { name: 'caf\u00e9' }),
        begun('new', { name: 'caf\u00e9' }),
        ...ended,
      )
    for (const same of [{}, { name: 'cafe\u0301' }, { accountId: undefined }])
      t.match(await older({ name: 'caf\u00e9', ...same }), [
        { uploadId: 'old', isSuperseded: true },
        { uploadId: 'new', isSuperseded: false },
      ])
    for (const other of [
      {},
      { name: undefined, description: undefined },
      { accountId: '444455556666', name: 'caf\u00e9' },
    ])
      t.match((await older(other))[0], { uploadId: 'old', isSuperseded: false })
    t.match((await older({ name: 'caf\u00e9', vaultName: 'other' }))[0], { isSuperseded: false })
    const volume = archive('one', 'u', { streamId: 's-u', more: true, name: 'n' })
    const set = [begun('old'), volume, closed('superseded', { streamId: 's-u' })]
    t.match(await unfinished(...set), [{ uploadId: 'old', isSuperseded: true }, { isSuperseded: true }])
    const unnamed = { name: undefined, description: undefined }
    const nameless = [begun('old', unnamed), begun('u', unnamed), closed('superseded', ofUpload)]
    t.match(await unfinished(...nameless), [{ isSuperseded: false }, { isSuperseded: true }])
    const continued = archive('a', 'u', { streamId: 's-u', partSize: MIB })
    t.match(await unfinished(begun('old'), begun('u'), closed('superseded', ofUpload), continued), [
      { uploadId: 'old', isSuperseded: false },
    ])
  },
)

t.test('a superseded stream that an upload ID has continued is one like any other again', async (t) => {
  const superseded = closed('superseded', { uploadId: 'u', streamId: 's' })
  const volume = archive('one', 'u', { streamId: 's', more: true })
  t.match(await unfinished(begun('u', { streamId: 's' }), superseded, volume), [
    { uploadId: undefined, isSuperseded: false },
  ])
  const next = begun('u2', { streamId: 's', volume: 2, firstVolume: 'one' })
  t.match(await unfinished(volume, superseded, next), [{ uploadId: 'u2', isSuperseded: false }])
})

t.test('a set of volumes is unfinished until its last is stored', async (t) => {
  const records = [
    begun('u1', { streamId: 's' }),
    archive('a', 'u1', { streamId: 's', more: true }),
    begun('u2', { streamId: 's', volume: 2, firstVolume: 'a', description: 'later' }),
    archive('b', 'u2', { streamId: 's', volume: 2, firstVolume: 'a', description: 'later', more: true }),
    begun('u3', { streamId: 's', volume: 3, firstVolume: 'a', description: 'later' }),
    archive('c', 'u3', { streamId: 's', volume: 3, firstVolume: 'a' }),
  ]
  const after = (steps: number): Promise<UnfinishedUpload[]> => unfinished(...records.slice(0, steps))
  const [a, b] = [{ archiveId: 'a' }, { archiveId: 'b' }]
  const of = { streamId: 's', description: 'd' }
  t.match(await after(1), [{ ...of, uploadId: 'u1', earlierVolumes: { length: 0 } }])
  t.match(await after(2), [{ ...of, uploadId: undefined, earlierVolumes: [a], partSize: MIB, position: 2 }])
  t.match(await after(3), [{ ...of, uploadId: 'u2', earlierVolumes: [a], uploadDescription: 'later' }])
  t.match(await after(4), [{ ...of, uploadId: undefined, earlierVolumes: [a, b], position: 4 }])
  t.match(await after(5), [{ ...of, uploadId: 'u3', earlierVolumes: [a, b] }])
  t.strictSame(await after(6), [])
})

t.test('where volume n ends without an archive, the volumes before it are kept', async (t) => {
  const first = archive('a', 'u1', { more: true })
  const second = begun('u2', { volume: 2, firstVolume: 'a' })
  for (const end of ['unknown', 'aborted'] as const) {
    const found = await unfinished(first, second, completing('u2'), closed(end, { uploadId: 'u2' }))
    t.match(found, [{ uploadId: undefined, intent: undefined, earlierVolumes: [{ archiveId: 'a' }] }], end)
  }
})

t.test('an upload that is gone ends, unless an intent to complete it is not rejected', async (t) => {
  const gone = closed('expired', { uploadId: 'u' })
  const first = completing('u', 'aa', { intentId: '1' })
  const second = completing('u', 'bb', { intentId: '2' })
  const rejected = (intentId?: string): CatalogRecord => ({
    type: 'rejected',
    time: time(),
    uploadId: 'u',
    intentId,
  })
  t.strictSame(await idsOf(begun('u'), gone), [])
  t.strictSame(await idsOf(begun('u'), completing('u'), gone), ['u'])
  t.strictSame(await idsOf(completing('u'), begun('u'), gone), ['u'], 'the intent of another process')
  t.strictSame(await idsOf(begun('u'), { type: 'completing', time: time(), uploadId: 'u' }, gone), ['u'])
  t.match(await unfinished(begun('u'), first, second, gone), [
    { intent: { intentId: '2' }, isOnlyIntent: false },
  ])
  t.match(await unfinished(begun('u'), first, second, rejected('1'), gone), [
    { intent: { intentId: '2' }, isOnlyIntent: true },
  ])
  t.match(await unfinished(begun('u'), first, second, rejected('2'), gone), [
    { intent: { intentId: '1' }, isOnlyIntent: true },
  ])
  t.strictSame(await idsOf(begun('u'), first, second, rejected('1'), rejected('2'), gone), [])
  t.strictSame(await idsOf(begun('u'), first, second, rejected(), gone), [])
  t.match(await unfinished(begun('u'), rejected('1'), completing('u')), [{ isOnlyIntent: true }])
  t.match(await unfinished(begun('u'), first, rejected('other')), [{ intent: { intentId: '1' } }])
  t.match(await unfinished(begun('u'), first, completing('u', 'aa', { intentId: '2' })), [
    { isOnlyIntent: true },
  ])
})

t.test('a set that was recorded again as complete is finished', async (t) => {
  const more = archive('a', 'u1', { more: true })
  t.strictSame(await unfinished(more, archive('a', undefined)), [])
  const second = archive('b', 'u2', { volume: 2, firstVolume: 'a', more: true })
  t.strictSame(await unfinished(more, second, archive('b', undefined, { volume: 2, firstVolume: 'a' })), [])
  const again = await unfinished(
    more,
    second,
    archive('b2', 'u3', { volume: 2, firstVolume: 'a', more: true }),
  )
  t.match(again, [{ earlierVolumes: [{ archiveId: 'a' }, { archiveId: 'b2' }] }], 'a volume counts once')
})

t.test('the first part of a stream is known from its first volume, or from its intent', async (t) => {
  const second = begun('u2', { volume: 2, firstVolume: 'a' })
  const ofWhole = archive('a', undefined, { parts: 1, size: 5, more: true })
  t.match(await unfinished(ofWhole, second, completing('u2')), [{ firstPart: { size: 5, hash: 'aa' } }])
  t.match(await unfinished(begun('u1'), completing('u1'), archive('a', 'u1', { more: true }), second), [
    { firstPart: { size: MIB, hash: 'f1' } },
  ])
  t.match(await unfinished(archive('a', 'u1', { more: true })), [{ firstPart: undefined }])
  t.match(await unfinished(archive('a', undefined, { more: true })), [{ firstPart: undefined }])
})

t.test('a set of which a volume is deleted, or missing, is not continued', async (t) => {
  const first = archive('a', 'u1', { more: true })
  const second = archive('b', 'u2', { volume: 2, firstVolume: 'a', more: true })
  const third = begun('u3', { volume: 3, firstVolume: 'a' })
  for (const archiveId of ['a', 'b']) {
    const deleted: CatalogRecord = { type: 'deleted', time: time(), ...place, archiveId }
    t.strictSame(await unfinished(first, second, deleted), [])
    t.strictSame(await unfinished(first, second, third, deleted), [], 'nor by its open upload')
    t.strictSame(await unfinished(deleted, first, second, third), [], 'whatever the order of the records')
  }
  t.strictSame(await unfinished(second), [])
  t.strictSame(await unfinished(second, third), [])
})

t.test('an upload whose volume another upload has stored is not continued after it', async (t) => {
  const first = archive('a', 'u1', { more: true })
  const left = begun('left', { volume: 2, firstVolume: 'a' })
  const second = archive('b', 'u2', { volume: 2, firstVolume: 'a', more: true })
  t.match(await unfinished(first, left, second), [{ uploadId: undefined, earlierVolumes: { length: 2 } }])
  t.strictSame(
    await unfinished(first, left, archive('b', 'u2', { volume: 2, firstVolume: 'a' })),
    [],
    'nor is it begun anew',
  )
})

t.test(
  'the intents of uploads that are stored, and of sets that are complete or deleted, are forgotten',
  async (t) => {
    const history = new UploadHistory()
    const intentOf = (uploadId: string): unknown => history.intentsOf(uploadId).last
    for (const record of [begun('u'), completing('u')]) history.take(record)
    t.ok(intentOf('u'))
    history.take(archive('a', 'u'))
    t.equal(intentOf('u'), undefined)
    for (const [set, end] of [
      ['s', archive('s2', 'us2', { volume: 2, firstVolume: 's' })],
      ['d', { type: 'deleted', time: time(), ...place, archiveId: 'd' }],
    ] as const) {
      for (const record of [begun(`u${set}`), completing(`u${set}`), archive(set, `u${set}`, { more: true })])
        history.take(record)
      t.ok(intentOf(`u${set}`), 'they are needed to recognize the stream')
      history.take(end)
      t.equal(intentOf(`u${set}`), undefined)
    }
  },
)

t.test('the unfinished uploads of a file are those of its records', async (t) => {
  const records = [begun('u'), completing('u'), begun('v'), archive('a', 'u'), begun('w')]
  const path = join(t.testdir(), 'catalog.jsonl')
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  const found = await unfinishedUploadsIn(path)
  t.same(found, await unfinished(...records))
  t.strictSame(
    found.map(({ uploadId }) => uploadId),
    ['v', 'w'],
  )
  t.strictSame(await unfinishedUploadsIn(`${path}.missing`), [])
})

t.test('an intent of which a fact is not recorded is not known', async (t) => {
  for (const missing of [{ size: undefined }, { treeHash: undefined }, { firstPart: undefined }]) {
    const [found] = await unfinished(begun('u'), completing('u', 'aa', missing))
    t.match(found, { intent: undefined, hasUnknownIntent: true }, JSON.stringify(Object.keys(missing)))
  }
})

t.test('between two volumes, no intent is known', async (t) => {
  const [found] = await unfinished(archive('a', 'u', { more: true }))
  t.match(found, { intent: undefined, isOnlyIntent: false, hasUnknownIntent: false })
})

t.test('the deletion of another archive ends no set', async (t) => {
  const sets = [archive('a', 'u1', { more: true }), archive('b', 'u2', { more: true })]
  const deleted: CatalogRecord = { type: 'deleted', time: time(), ...place, archiveId: 'b' }
  const found = await unfinished(...sets, deleted)
  t.strictSame(
    found.map(({ earlierVolumes: [first] }) => first?.archiveId),
    ['a'],
  )
})

t.test('a volume that is known from an inventory alone begins no unfinished set', async (t) => {
  t.strictSame(await unfinished(archive('a', undefined, { partSize: undefined, more: true })), [])
})

t.test('records that cannot be iterated are refused', async (t) => {
  for (const wrong of [7, {}, undefined])
    await t.rejects(findUnfinishedUploads(wrong as unknown as AsyncIterable<CatalogRecord>), {
      name: 'TypeError',
      message: /^records of findUnfinishedUploads must be an iterable/,
    })
})

t.test(
  'the first part of an object of one part is that of its intent: a composite is another hash',
  async (t) => {
    const hash = { algorithm: 'sha256-composite', value: `${'A'.repeat(43)}=-1`, partSize: MIB }
    const part = { size: MIB, hash: { algorithm: 'sha256', value: 'f2' } }
    const volume = { treeHash: undefined, hash, size: MIB, parts: 1, more: true }
    const intent = { treeHash: undefined, hash, size: MIB, firstPart: part, more: true }
    const [found] = await unfinished(begun('u'), completing('u', 'aa', intent), archive('a', 'u', volume))
    t.match(found, { firstPart: { size: MIB, hash: 'f2' } })
  },
)

t.test('an object that is stored again after its deletion begins an unfinished set', async (t) => {
  const id = 's3://backups/k'
  const object = { vaultName: 's3://backups', more: true }
  const gone: CatalogRecord = {
    type: 'deleted',
    time: time(),
    ...place,
    vaultName: 's3://backups',
    archiveId: id,
  }
  t.equal((await unfinished(archive(id, 'u', object), gone)).length, 0)
  t.equal((await unfinished(archive(id, 'u', object), gone, archive(id, 'v', object))).length, 1)
})

t.test('the rejection of one intent leaves those that are not known, and that of all does not', async (t) => {
  const unknown = { type: 'completing', time: time(), uploadId: 'u' } as const // of version 0.1
  const rejected = (intentId?: string): CatalogRecord => ({
    type: 'rejected',
    time: time(),
    uploadId: 'u',
    intentId,
  })
  const isUnknown = async (...records: CatalogRecord[]): Promise<boolean | undefined> =>
    (await unfinished(begun('u'), unknown, ...records))[0]?.hasUnknownIntent
  t.equal(await isUnknown(), true)
  t.equal(await isUnknown(rejected('i')), true)
  t.equal(await isUnknown(rejected()), false)
})

t.test('a stream between two volumes is superseded by its own ID, not by that of another', async (t) => {
  const volume = (archiveId: string, streamId: string): CatalogRecord =>
    archive(archiveId, undefined, { streamId, name: archiveId, more: true })
  const found = await unfinished(volume('a', 's'), volume('b', 't'), closed('superseded', { streamId: 't' }))
  t.strictSame(
    found.map(({ isSuperseded }) => isSuperseded),
    [false, true],
  )
})
