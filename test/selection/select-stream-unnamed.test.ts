import t, { type Test } from 'tap'
import { streamLocks } from '../../lib/selection/stream-owner.js'
import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { BEGUN, intentOf, uploadsLeftIn, type LeftUploads } from '../helpers/left-uploads.js'
import { configuredCredentials } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { worldFor, type Ran, type World } from '../helpers/world.js'

// Which upload `put --resume` continues, where the stream has no name: it goes by the first part.

const credentials = await configuredCredentials(t)
const bytes = patternBytes(3 * MIB)
const others = patternBytes(3 * MIB, 1)

interface PutWorld extends World, LeftUploads {
  readonly resume: (input?: Uint8Array, ...args: string[]) => Promise<Ran>
  /** The records since the first so many. */
  readonly since: (count: number) => Promise<object[]>
}

async function worldOf(test: Test): Promise<PutWorld> {
  const world = await worldFor(test, credentials, { dir: test.testdir() })
  return {
    ...world,
    ...uploadsLeftIn(test, world),
    resume: (input = bytes, ...args) =>
      world.run(['put', 'docs', '--part-size', '1MiB', '--resume', ...args], input),
    since: async (count) => (await world.records()).slice(count),
  }
}

t.test('the newest upload whose first part is the source’s is continued, and others stay open', async (t) => {
  const { client, leave, resume, since } = await worldOf(t)
  const older = await leave(bytes, [0, 1])
  const meant = await leave(bytes, [0])
  const other = await leave(others, [0, 1, 2])
  const noPart = await leave(bytes, [])
  const notFirst = await leave(bytes, [1])
  t.match(await resume(), {
    code: 0,
    err: new RegExp(`^glacier-pipe: Resuming the upload ${meant}, started ${BEGUN}\\.\n`),
  })
  t.match(await since(5), [
    { type: 'completing', uploadId: meant },
    { type: 'archive', uploadId: meant },
  ])
  const { items } = await client.listUploads({ vaultName: 'docs' })
  t.strictSame(new Set(items.map(({ uploadId }) => uploadId)), new Set([older, other, noPart, notFirst]))
})

t.test('where none begins as the source, a new upload is started, which is told', async (t) => {
  const { vault, leave, resume, since } = await worldOf(t)
  await leave(others, [0])
  const one = await resume()
  t.match(one, {
    code: 0,
    err: /The first part of the source differs from that of the unfinished upload without a name\. Starting a new upload\. That upload stays open\./,
  })
  t.match(await since(1), [{ type: 'begun' }, { type: 'completing' }, { type: 'archive' }])
  await leave(others, [0])
  t.match(await resume(), { err: /differs from that of any of the 2 unfinished uploads without a name/ })
  t.match(
    await resume(Buffer.alloc(0)),
    { code: 1, err: /without a byte/ },
    'nor does a source without a byte',
  )
  t.match(await resume(bytes, '-q'), { code: 0, err: '' })
  t.equal(vault.traffic.of('UploadMultipartPart').carriedOut, 2 + 3 * 3)
})

t.test(
  'a named upload is not meant, nor is one of another part size unless its first part is equal',
  async (t) => {
    const { client, append, place, leave, resume, since } = await worldOf(t)
    await leave(bytes, [0], { name: 'db' })
    t.match(await resume(), { code: 0, err: /No upload without a name to docs is unfinished/ })
    const { uploadId } = await client.initiateUpload({ vaultName: 'docs', partSize: 2 * MIB })
    const part = bytes.subarray(0, 2 * MIB)
    const { linearHash, treeHash } = computeChecksums(part)
    const range = { start: 0, end: 2 * MIB }
    await client.uploadPart({
      vaultName: 'docs',
      uploadId,
      range,
      bytes: part,
      linearHash,
      treeHash,
    })
    await append({
      type: 'begun',
      time: BEGUN,
      ...place,
      uploadId,
      partSize: 2 * MIB,
      volume: 1,
      streamId: 's',
    })
    t.match(
      await resume(bytes, '--memory', '4MiB'),
      { code: 0, err: /The first part of the source differs/ },
      'one that does not fit the memory is not continued',
    )
    t.match(await resume(), { code: 0, err: new RegExp(`Resuming the upload ${uploadId}`) })
    t.match((await since(-1))[0], { type: 'archive', uploadId, partSize: 2 * MIB })
  },
)

t.test('a stream whose owner lives is refused where it begins as the source, else left alone', async (t) => {
  const { leave, resume, since, catalog, client } = await worldOf(t)
  const uploadId = await leave(bytes, [0])
  const lock = await (await streamLocks(catalog)).tryTake(`stream of ${uploadId}`, 'The upload')
  t.match(await resume(), {
    code: 1,
    out: '',
    err: /is owned by process \d+ on \S+ since \S+Z\. Nothing was changed/,
  })
  t.strictSame(await since(1), [])
  t.match(await resume(others), { code: 0, err: /differs from that of the unfinished upload/ })
  await lock.release()
  t.match((await client.listUploads({ vaultName: 'docs' })).items, [{ uploadId }])
})

t.test('a 404 ends an upload in this account only, and never one whose owner lives', async (t) => {
  const { run, leave, leaveGone, resume, since, catalog } = await worldOf(t)
  await run(['vault', 'create', 'docs'])
  const open = await leave(bytes, [0])
  await leaveGone('foreign', { accountId: undefined })
  await leaveGone('owned')
  await leaveGone('gone')
  const lock = await (await streamLocks(catalog)).tryTake('stream of owned', 'The upload')
  t.match(await resume(), { code: 0, err: new RegExp(`Resuming the upload ${open}`) })
  await lock.release()
  t.match(await since(4), [
    { type: 'expired', uploadId: 'gone' },
    { type: 'completing', uploadId: open },
    { type: 'archive', uploadId: open },
  ])
})

t.test('the first part of an intent is known without asking, and the intent is sent again', async (t) => {
  const { append, leave, leaveGone, completeUnheard, resume, since, vault } = await worldOf(t)
  const uploadId = await leave(bytes, [0, 1, 2])
  await append({ type: 'completing', time: BEGUN, uploadId, ...intentOf(bytes) })
  const archiveId = await completeUnheard(uploadId, bytes)
  t.match(await resume(others), { code: 0, err: /The first part of the source differs/ })
  t.equal(vault.traffic.of('ListParts').requests, 0)
  t.match(await resume(), { code: 0, out: `${archiveId}\n`, err: /The source is compared with it/ })
  const before = (await since(0)).length
  await leaveGone('asked')
  await append({ type: 'completing', time: BEGUN, uploadId: 'asked', ...intentOf(bytes) })
  const sent = vault.traffic.of('UploadMultipartPart').requests
  t.match(await resume(), { code: 0, err: /The response to the completion of the upload asked was lost/ })
  t.equal(
    vault.traffic.of('UploadMultipartPart').requests,
    sent + 3,
    'all of the source is in the new upload',
  )
  t.match((await since(before + 2)).at(0), { type: 'unknown', uploadId: 'asked' })
})

t.test('a set of volumes is continued by the first part of its first volume', async (t) => {
  const { put, keep, resume, since } = await worldOf(t)
  const set = ['--max-archive-size', '2MiB']
  const whole = patternBytes(5 * MIB)
  await put(whole, ...set)
  await keep((record) => !('volume' in record) || record.volume < 3)
  const found = await resume(whole, ...set)
  t.match(found, { code: 0, err: /Resuming after volume 2, started / })
  t.match((await since(-1))[0], { type: 'archive', volume: 3 })
  await keep((record) => record.type === 'archive' && record.volume < 3)
  t.match(
    await resume(whole, ...set),
    { code: 0, err: /The first part of the source differs/ },
    'nor is it known of records alone',
  )
})

t.test('a service that does not say what an upload has fails the command', async (t) => {
  const { vault, leave, leaveGone, resume, since } = await worldOf(t)
  await leave(bytes, [0])
  vault.faults.add({ operation: 'ListParts', fault: 'checksum-mismatch' })
  t.match(await resume(), { code: 1, err: /Checksum mismatch/ })
  await leaveGone('gone')
  vault.faults.clear()
  for (const nth of [2, 3, 4, 5])
    vault.faults.add({ operation: 'ListParts', nth, fault: 'checksum-mismatch' })
  t.match(await resume(), { code: 1, err: /Checksum mismatch/ }, 'nor where it is asked again under the lock')
  t.match(await since(1), [{ type: 'begun' }], 'nothing is recorded')
})
