import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { noJournal } from '../../lib/store/upload-journal.js'
import t, { type Test } from 'tap'
import { Catalog } from '../../lib/catalog/catalog.js'
import { selectStream } from '../../lib/selection/select-stream.js'
import type { StreamSelection } from '../../lib/selection/stream-selection.js'
import { streamLocks } from '../../lib/selection/stream-owner.js'
import { ownerName } from '../../lib/fs/owner-name.js'
import { laterDescription } from '../../lib/glacier/volume-description.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { MIB } from '../../lib/sizes.js'
import { vaultStore } from '../../lib/vault/vault-store.js'
import { BEGUN, intentOf, uploadsLeftIn, type LeftUploads } from '../helpers/left-uploads.js'
import { PART, smallStore } from '../helpers/bucket-uploads.js'
import { configuredCredentials } from '../helpers/local-vault.js'
import { MemoryBucket } from '../helpers/memory-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { worldFor, type Ran, type World } from '../helpers/world.js'

// What `put --upload-id` continues, or compares the source with.

const credentials = await configuredCredentials(t)
const bytes = patternBytes(5 * MIB)
const changed = Buffer.from(bytes)
changed[3 * MIB] = (changed[3 * MIB] ?? 0) ^ 1
const set = ['--max-archive-size', '2MiB']

interface PutWorld extends World, LeftUploads {
  readonly byId: (uploadId: string, input?: Uint8Array, ...args: string[]) => Promise<Ran>
}

async function worldOf(test: Test): Promise<PutWorld> {
  const world = await worldFor(test, credentials, { dir: test.testdir() })
  const byId: PutWorld['byId'] = (uploadId, input = bytes, ...args) =>
    world.run(['put', 'docs', '--part-size', '1MiB', `--upload-id=${uploadId}`, ...args], input)
  return { ...world, ...uploadsLeftIn(test, world), byId }
}

/** The upload IDs and archive IDs of the volumes that were stored, in order. */
async function volumesOf({ records }: World): Promise<{ uploadId: string; archiveId: string }[]> {
  return (await records()).flatMap((it) =>
    it.type === 'archive' ? { uploadId: it.uploadId ?? '', archiveId: it.archiveId } : [],
  )
}

t.test('an upload is continued by its ID, whatever it is called, and keeps its name', async (t) => {
  const { leave, byId, run, records } = await worldOf(t)
  for (const name of ['db', undefined]) {
    const uploadId = await leave(bytes, [0], { name })
    const found = await byId(uploadId, bytes, '--name', 'another')
    t.match(found, { code: 0, err: new RegExp(`Resuming the upload ${uploadId}\\.\n`) })
    t.match((await records()).at(-1), { type: 'archive', uploadId, name })
  }
  t.match(await run(['put', 'docs', '--resume', '--upload-id', 'x'], bytes), {
    code: 2,
    err: /Give only one of them/,
  })
})

t.test(
  'an upload the service does not have is an error, and ends where the account is the same',
  async (t) => {
    const { run, leaveGone, byId, records } = await worldOf(t)
    await run(['vault', 'create', 'docs'])
    await leaveGone('gone')
    await leaveGone('foreign', { accountId: '444455556666' })
    for (const uploadId of ['gone', 'foreign', 'never heard of'])
      t.match(await byId(uploadId), { code: 1, err: new RegExp(`does not have the upload ${uploadId}`) })
    t.match((await records()).slice(2), [{ type: 'expired', uploadId: 'gone' }])
  },
)

t.test('where the archive may exist, that is the error', async (t) => {
  const { run, leaveGone, append, byId, records } = await worldOf(t)
  await run(['vault', 'create', 'docs'])
  await leaveGone('asked')
  await append({ type: 'completing', time: BEGUN, uploadId: 'asked', ...intentOf(bytes) })
  t.match(await byId('asked'), {
    code: 1,
    err: /The response to the completion of the upload asked was lost/,
  })
  t.match((await records()).slice(2), [{ type: 'unknown', uploadId: 'asked', size: bytes.length }])
})

t.test('a source is compared with an upload that is stored: equal is success', async (t) => {
  for (const options of [[], set]) {
    const world = await worldOf(t)
    await world.put(bytes, ...options)
    const volumes = await volumesOf(world)
    const [first] = volumes
    const before = await world.records()
    const sent = world.vault.traffic.of('UploadMultipartPart').requests
    for (const { uploadId } of volumes) {
      if (uploadId === '') continue // stored in one request
      t.match(await world.byId(uploadId), { code: 0, out: `${first?.archiveId}\n` })
      const different = await world.byId(uploadId, changed)
      t.match(different, { code: 3, out: '', err: /the source differs from it/ })
      t.ok(
        volumes.some(({ archiveId }) => different.err.includes(archiveId)),
        'the archive is named',
      )
      t.match(await world.byId(uploadId, bytes.subarray(0, -1)), { code: 3 })
      t.match(await world.byId(uploadId, Buffer.concat([bytes, bytes])), { code: 3 })
    }
    t.strictSame(await world.records(), before, 'nothing is recorded')
    t.equal(world.vault.traffic.of('UploadMultipartPart').requests, sent)
    await world.vault.close()
  }
})

t.test('an upload that is a volume of an unfinished set stands for the set, and for its owner', async (t) => {
  const world = await worldOf(t)
  await world.put(bytes, ...set, '--name', 'db')
  const volumes = await volumesOf(world)
  await world.keep((record) => !('volume' in record) || record.volume < 3)
  const [record] = await world.records()
  const streamId = record?.type === 'begun' ? (record.streamId ?? '') : ''
  const lock = await (await streamLocks(world.catalog)).tryTake(streamId, 'The stream')
  const before = await world.records()
  for (const { uploadId } of volumes.slice(0, 2))
    t.match(await world.byId(uploadId, bytes, ...set), { code: 1, err: /is owned by process/ })
  t.strictSame(await world.records(), before)
  await lock.release()
  const found = await world.byId(volumes[0]?.uploadId ?? '', bytes, ...set)
  t.match(found, { code: 0, out: `${volumes[0]?.archiveId}\n`, err: /Resuming after volume 2/ })
  t.match((await world.records()).at(-1), { type: 'archive', volume: 3, streamId, name: 'db' })
})

t.test(
  'a set that version 0.1 left, and one whose records are out of order, are compared as they are',
  async (t) => {
    const world = await worldOf(t)
    await world.put(bytes, ...set)
    const records = await world.records()
    const volumes = records.filter((record) => record.type === 'archive')
    await world.keep(() => false)
    await world.append(
      ...[...volumes].reverse().map((it) => ({ ...it, streamId: undefined, parts: undefined })),
    )
    const [first] = volumes
    const { out, code } = await world.byId(first?.uploadId ?? '', bytes)
    t.strictSame({ code, out }, { code: 0, out: `${first?.archiveId}\n` })
    await world.keep(() => false)
    await world.append({ ...first, more: undefined, partSize: undefined })
    t.match(
      await world.byId(first?.uploadId ?? ''),
      { code: 1, err: /does not have the upload/ },
      'of an inventory’s record nothing is known',
    )
  },
)

t.test('a superseded upload is continued by its ID only, and counts again from then on', async (t) => {
  const world = await worldOf(t)
  const { leave, byId, run, records } = world
  const uploadId = await leave(bytes, [0, 4], { name: 'db' })
  const resume = (input: Uint8Array): Promise<Ran> =>
    run(['put', 'docs', '--part-size', '1MiB', '--resume', '--name', 'db'], input)
  t.match(await resume(bytes.subarray(0, 2 * MIB)), {
    code: 3,
    out: '',
    err: /Bytes 2097152-5242879 were uploaded before, but the source ends at 2097152/,
  })
  t.match((await records()).at(-1), { type: 'superseded', uploadId })
  t.match(await resume(bytes.subarray(0, 2 * MIB)), { code: 0, err: /Starting a new upload/ }, 'once')
  world.vault.faults.add({ operation: 'CompleteMultipartUpload', fault: 'checksum-mismatch' })
  t.match(await byId(uploadId), {
    code: 3,
    err: new RegExp(`To resume, .* --upload-id=${uploadId} docs\n`),
  })
  world.vault.faults.clear()
  t.match(await byId(uploadId), { code: 0 })
  t.match((await records()).at(-1), { type: 'archive', uploadId, name: 'db' })
})

t.test(
  'a set that the source cannot continue is superseded, and the next run starts a new one',
  async (t) => {
    const world = await worldOf(t)
    await world.put(bytes, ...set)
    await world.keep((record) => !('volume' in record) || record.volume < 3)
    const resume = (input: Uint8Array): Promise<Ran> =>
      world.run(['put', 'docs', '--part-size', '1MiB', '--resume', ...set], input)
    const [, second] = await volumesOf(world)
    const refused = await resume(changed)
    t.match(refused, { code: 3, err: /Bytes 2097152-4194303 were uploaded before/ })
    t.match(refused.err, new RegExp(`stored as the archive ${second?.archiveId}`))
    t.match(
      refused.err,
      /To store the source as it is now, start a new upload: run put again without --upload-id\.\n$/,
    )
    t.match((await world.records()).at(-1), { type: 'superseded', uploadId: undefined })
    t.match(await resume(changed), { code: 0, err: /No upload without a name to docs is unfinished/ })
    t.match(await world.byId(second?.uploadId ?? '', bytes, ...set), { code: 0 }, 'its ID selects it')
  },
)

t.test(
  'an upload of a later volume is not continued where the volumes before it are not known',
  async (t) => {
    const { client, run, byId, records } = await worldOf(t)
    await run(['vault', 'create', 'docs'])
    const description = laterDescription(undefined, { volume: 3, firstVolume: 'one' })
    const { uploadId } = await client.initiateUpload({ vaultName: 'docs', partSize: MIB, description })
    t.match(await byId(uploadId), { code: 1, err: /does not have volume 1, 2 of the set one/ })
    t.strictSame(await records(), [])
  },
)

t.test('an owner on another host that has shown no sign of life is taken over, with a warning', async (t) => {
  for (const quiet of [[], ['-q']]) {
    const { vault, leave, byId, catalog } = await worldOf(t)
    const uploadId = await leave(bytes, [0])
    const folder = join(
      `${catalog}.locks`,
      createHash('sha256').update(`stream of ${uploadId}`).digest('hex'),
    )
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, ownerName({ host: 'elsewhere', pid: 7, startTime: '1', bootId: 'another' }))
    await writeFile(file, '', { mode: 0o600 })
    const live = await byId(uploadId)
    t.match(live, { code: 1, err: /is owned by process 7 on elsewhere since/ }, 'never from a living one')
    const eleven = Date.now() / 1000 - 660
    await utimes(file, eleven, eleven)
    const found = await byId(uploadId, bytes, ...quiet)
    t.match(found, {
      code: 0,
      err: /^glacier-pipe: WARNING: process 7 on elsewhere owned the upload since \S+ /,
    })
    await vault.close()
  }
})

/** A catalog to which another process appends a record when its path has been asked for so many times. */
function racing(path: string, times: number, record: object): Catalog {
  let left = times
  const catalog = {
    get path(): string {
      if (left-- === 0) appendFileSync(path, `${JSON.stringify(record)}\n`)
      return path
    },
    journal: () => noJournal,
  }
  return catalog as unknown as Catalog
}

t.test('what another process records before the lock is taken is seen', async (t) => {
  const world = await worldOf(t)
  const uploadId = await world.leave(bytes, [0], { name: 'db', streamId: 's' })
  await world.leave(bytes, [0], { name: 'db', streamId: 'older' })
  const [begun] = await world.records()
  const selecting = (times: number, record: object, given: object): ReturnType<typeof selectStream> =>
    selectStream({
      identity: { ...world.place, accountId: world.vault.accountId, name: 'db' },
      catalog: racing(world.catalog, times, record),
      runtime: systemRuntime,
      store: vaultStore(world.client, world.place),
      source: [bytes],
      signal: new AbortController().signal,
      note: () => undefined,
      warn: () => undefined,
      onRetry: () => undefined,
      partSize: MIB,
      memory: 256 * MIB,
      ...given,
    } satisfies StreamSelection)
  await world.keep(() => false)
  const late = await selecting(1, begun as object, { uploadId })
  t.equal(late.point?.uploadId, uploadId, 'the record of the upload itself')
  t.match(
    await (await streamLocks(world.catalog)).ownerOf('s'),
    { pid: process.pid },
    'whose stream is locked',
  )
  t.equal(await (await streamLocks(world.catalog)).ownerOf(uploadId), undefined)
  await late.lock.release()

  const finished = { type: 'aborted', time: BEGUN, ...world.place, uploadId }
  // The first reading is for candidates; the second is for the lock.
  const anew = await selecting(1, finished, { resume: true })
  t.equal(anew.point, undefined, 'an upload that was ended meanwhile is not continued')
  t.equal(await (await streamLocks(world.catalog)).ownerOf('s'), undefined)
  await anew.lock.release()
})

t.test('an upload of which nobody knows the part size is resumed with that of this run', async (t) => {
  const bucket = new MemoryBucket()
  const store = smallStore(bucket)
  const { uploadId } = await store.initiateUpload({ partSize: PART })
  const catalog = await Catalog.open(join(t.testdir(), 'catalog.jsonl'))
  const { lock, point } = await selectStream({
    identity: {
      region: 'eu-west-1',
      endpoint: undefined,
      vaultName: store.vaultName,
      accountId: undefined,
      name: 'x',
    },
    ...{
      catalog,
      runtime: systemRuntime,
      store,
      source: [bytes],
      uploadId,
      partSize: PART,
      memory: 8 * PART,
    },
    ...{ note: () => undefined, warn: () => undefined, onRetry: () => undefined },
    signal: new AbortController().signal,
  })
  t.match(point, { uploadId, partSize: PART })
  await lock.release()
  await catalog.close()
})

t.test('a stored archive for which the catalog has two hashes is not compared with', async (t) => {
  const world = await worldOf(t)
  const [archiveId = ''] = await world.put(bytes, '--part-size', '1MiB')
  const [stored] = await volumesOf(world)
  const [record] = (await world.records()).filter((it) => it.type === 'archive')
  await world.append({ ...record, treeHash: 'f'.repeat(64) })
  const found = await world.byId(stored?.uploadId ?? '')
  t.match(found, { code: 1, out: '', err: new RegExp(`different tree hashes for the archive ${archiveId}`) })
})

t.test(
  'an upload of version 0.1 whose completion was sent, and that is gone, may be an archive',
  async (t) => {
    const world = await worldOf(t)
    await world.run(['vault', 'create', 'docs'])
    await world.leaveGone('gone', { streamId: undefined, description: 'db' })
    await world.append({ type: 'completing', time: BEGUN, uploadId: 'gone' })
    const found = await world.run(['put', 'docs', '--resume', '--name', 'db'], bytes)
    t.match(found, { code: 0 })
    t.match(
      (await world.records()).find(({ type }) => type === 'unknown' || type === 'expired'),
      { type: 'unknown', uploadId: 'gone' },
    )
  },
)
