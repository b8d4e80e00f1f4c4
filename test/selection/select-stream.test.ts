import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { streamLocks } from '../../lib/selection/stream-owner.js'
import { MIB } from '../../lib/sizes.js'
import { BEGUN, intentOf, uploadsLeftIn, type LeftUploads } from '../helpers/left-uploads.js'
import { configuredCredentials } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { worldFor, type Ran, type World } from '../helpers/world.js'

// Which upload `put --resume` continues, where the stream has a name.

const credentials = await configuredCredentials(t)
const bytes = patternBytes(3 * MIB)

interface PutWorld extends World, LeftUploads {
  /** Puts the stream "db" with `--resume`. */
  readonly resume: (input?: Uint8Array, ...args: string[]) => Promise<Ran>
  readonly partsSent: () => number
}

async function worldOf(test: Test): Promise<PutWorld> {
  const world = await worldFor(test, credentials, { dir: test.testdir() })
  const before = { sent: 0 }
  const left = uploadsLeftIn(test, world)
  const requests = (): number => world.vault.traffic.of('UploadMultipartPart').requests
  return {
    ...world,
    ...left,
    async leave(...of) {
      const uploadId = await left.leave(...of)
      before.sent = requests()
      return uploadId
    },
    resume: (input = bytes, ...args) =>
      world.run(['put', 'docs', '--part-size', '1MiB', '--resume', '--name', 'db', ...args], input),
    partsSent: () => requests() - before.sent,
  }
}

t.test('the upload of the same name is continued, and what it has is not sent again', async (t) => {
  const { leave, resume, partsSent, records } = await worldOf(t)
  const uploadId = await leave(bytes, [0, 2], { name: 'db' })
  t.match(await resume(), {
    code: 0,
    err: new RegExp(`Resuming the upload ${uploadId}, started ${BEGUN}\\.\n`),
  })
  t.equal(partsSent(), 1)
  const of = { name: 'db', streamId: `stream of ${uploadId}` }
  t.match((await records()).at(-1), { type: 'archive', uploadId, ...of })
})

t.test('of several the newest is meant, by its place in the catalog and not by a clock', async (t) => {
  const { leave, resume, records } = await worldOf(t)
  await leave(bytes, [0], { name: 'db', time: '2030-01-01T00:00:00.000Z' })
  const newest = await leave(bytes, [0], { name: 'db', time: '2020-01-01T00:00:00.000Z' })
  t.match(await resume(), { code: 0, err: new RegExp(`Resuming the upload ${newest}, started 2020`) })
  t.match((await records()).at(-1), { uploadId: newest })
})

t.test('a source that cannot continue the newest upload of a name continues no older one', async (t) => {
  const { leave, resume, records } = await worldOf(t)
  await leave(bytes, [0, 1, 2], { name: 'db' })
  await leave(bytes, [0, 1, 2], { name: 'db' })
  const newest = await leave(bytes, [0, 1, 2], { name: 'db' })
  const shorter = bytes.subarray(0, MIB)
  t.match(await resume(shorter), { code: 3, err: /Resuming the upload/ })
  t.match((await records()).at(-1), { type: 'superseded', uploadId: newest })
  t.match(await resume(shorter), { code: 0, err: /No upload of "db" to docs is unfinished/ })
})

t.test('an upload of another identity is not meant', async (t) => {
  for (const record of [
    { name: 'other' },
    { name: undefined },
    { name: 'db', vaultName: 'elsewhere' },
    { name: 'db', region: 'eu-west-1' },
    { name: 'db', endpoint: 'https://elsewhere' },
    { name: 'db', endpoint: undefined },
    { name: 'db', accountId: '444455556666' },
  ]) {
    const world = await worldOf(t)
    const uploadId = await world.leave(bytes, [0, 1, 2], record)
    const { code, err } = await world.resume()
    t.equal(code, 0, err)
    t.match(err, /No upload of "db" to docs is unfinished\. Starting a new upload\./, JSON.stringify(record))
    t.equal(world.partsSent(), 3)
    const touched = (await world.records())
      .slice(1)
      .filter((it) => 'uploadId' in it && it.uploadId === uploadId)
    t.strictSame(touched, [], 'and nothing is recorded of it')
    await world.vault.close()
  }
})

t.test('the name is --name, else --description, else the name of the file', async (t) => {
  const { vault, leave, run, records } = await worldOf(t)
  const file = join(vault.dir, 'srv.tar')
  await writeFile(file, bytes)
  for (const [name, args] of [
    ['a', ['--name', 'a', '--description', 'b', file]],
    ['b', ['--description', 'b', file]],
    ['srv.tar', [file]],
    ['b', ['--description', 'b']],
  ] as const) {
    const uploadId = await leave(bytes, [0], { name })
    t.match(await run(['put', 'docs', '--resume', ...args], bytes), { code: 0 })
    t.match((await records()).at(-1), { type: 'archive', uploadId, name })
  }
  const typed = await leave(bytes, [0])
  t.match(await run(['put', 'docs', '--resume', '-'], bytes), { code: 0 })
  t.match((await records()).at(-1), { type: 'archive', uploadId: typed, name: undefined }, '- is no name')
})

t.test('an upload of version 0.1 goes by its description', async (t) => {
  for (const description of ['db', '{"Path":"db"}']) {
    const { vault, leave, resume, records } = await worldOf(t)
    const legacy = { description, streamId: undefined, accountId: undefined }
    const uploadId = await leave(bytes, [0], legacy)
    t.match(await resume(), { code: 0 })
    t.match((await records()).at(-1), { type: 'archive', uploadId, name: 'db', streamId: uploadId })
    await vault.close()
  }
})

t.test('a 404 of an upload in this account ends it, and the next newest is continued', async (t) => {
  const { leave, leaveGone, resume, records } = await worldOf(t)
  const open = await leave(bytes, [0], { name: 'db' })
  await leaveGone('gone', { name: 'db' })
  const found = await resume()
  t.match(found, { code: 0, err: /The service does not have the upload gone/ })
  t.match(found.err, new RegExp(`Resuming the upload ${open}`))
  const after = (await records()).slice(2)
  t.match(after[0], { type: 'expired', uploadId: 'gone', streamId: 'stream of gone' })
  t.match(after.at(-1), { type: 'archive', uploadId: open })
})

t.test('a 404 of an upload whose account is not known ends nothing', async (t) => {
  const { leaveGone, run, resume, records } = await worldOf(t)
  await run(['vault', 'create', 'docs'])
  await leaveGone('gone', { name: 'db', accountId: undefined })
  t.match(await resume(), { code: 0, err: /gone[^]*Starting a new upload/ })
  const after = (await records()).slice(1)
  t.notOk(after.some((it) => 'uploadId' in it && it.uploadId === 'gone'))
  t.match(after.at(-1), { type: 'archive', name: 'db' })
  t.match(await resume(), { code: 0 }, 'and it does not stand in the way')
})

t.test('an upload whose owner lives is left alone', async (t) => {
  const { vault, leave, resume, run, records, catalog } = await worldOf(t)
  const older = await leave(bytes, [0], { name: 'db' })
  const uploadId = await leave(bytes, [0], { name: 'db' })
  const lock = await (await streamLocks(catalog)).tryTake(`stream of ${uploadId}`, 'The upload')
  const before = await records()
  const requests = vault.traffic.all()
  for (const how of [['--resume', '--name', 'db'], [`--upload-id=${uploadId}`]]) {
    t.match(await run(['put', 'docs', ...how], bytes), {
      code: 1,
      out: '',
      err: new RegExp(
        `^glacier-pipe: The upload ${uploadId} is owned by process ${process.pid} on \\S+ since \\S+Z\\. ` +
          'Nothing was changed: [^\n]*\n$',
      ),
    })
  }
  t.strictSame(await records(), before)
  t.strictSame({ ...vault.traffic.all(), DescribeVault: 0 }, { ...requests, DescribeVault: 0 })
  await lock.release()
  t.match(await resume(), { code: 0, err: new RegExp(`Resuming the upload ${uploadId}`) })
  t.match(await resume(), { code: 0, err: new RegExp(`Resuming the upload ${older}`) })
})

t.test('the locks are released, however the command ends', async (t) => {
  const { vault, leave, resume, catalog } = await worldOf(t)
  const uploadId = await leave(bytes, [0], { name: 'db' })
  vault.faults.add({ operation: 'ListParts', fault: 'checksum-mismatch' })
  t.match(await resume(), { code: 1 })
  vault.faults.clear()
  vault.faults.add({ operation: 'UploadMultipartPart', fault: 'checksum-mismatch' })
  t.match(await resume(), { code: 3, err: /To resume, pipe the same source in again/ })
  vault.faults.clear()
  t.equal(await (await streamLocks(catalog)).ownerOf(`stream of ${uploadId}`), undefined)
  t.match(await resume(), { code: 0 })
  t.equal(await (await streamLocks(catalog)).ownerOf(`stream of ${uploadId}`), undefined)
})

t.test(
  'a completion that was not answered is sent again with its content, and the source compared',
  async (t) => {
    const world = await worldOf(t)
    const uploadId = await world.leave(bytes, [0, 1, 2], { name: 'db' })
    await world.append({ type: 'completing', time: BEGUN, uploadId, ...intentOf(bytes) })
    const archiveId = await world.completeUnheard(uploadId, bytes)
    const changed = Buffer.from(bytes)
    changed[2 * MIB] = (changed[2 * MIB] ?? 0) ^ 1
    const other = await world.resume(changed)
    t.match(other, {
      code: 3,
      out: '',
      err: new RegExp(`is complete: its archive ID is ${archiveId}\\. The source is compared`),
    })
    t.match(other.err, new RegExp(`stored as the archive ${archiveId}, and the source differs from it`))
    t.match(other.err, /To store the source as it is now, start a new upload: run put again/)
    t.match((await world.records()).slice(-1), [{ type: 'archive', archiveId, uploadId, size: bytes.length }])
    const anew = await world.resume(changed)
    t.match(anew, { code: 0, err: /Starting a new upload/ })
    t.not(anew.out.trim(), archiveId)
  },
)

t.test('a completion that was not answered ends in the ID, where the source is the same', async (t) => {
  for (const isStored of [true, false]) {
    const world = await worldOf(t)
    const uploadId = await world.leave(bytes, [0, 1, 2], { name: 'db' })
    await world.append({ type: 'completing', time: BEGUN, uploadId, ...intentOf(bytes) })
    const archiveId = isStored ? await world.completeUnheard(uploadId, bytes) : undefined
    const found = await world.resume()
    t.match(found, { code: 0 }, found.err)
    if (archiveId !== undefined) t.equal(found.out, `${archiveId}\n`)
    t.equal(world.partsSent(), 0, 'nothing is sent')
    t.match((await world.records()).slice(2), [{ type: 'archive', archiveId: found.out.trim(), uploadId }])
    await world.vault.close()
  }
})

t.test('an archive that was deleted is no result of a completion that is sent again', async (t) => {
  for (const byUploadId of [false, true]) {
    const world = await worldOf(t)
    const uploadId = await world.leave(bytes, [0, 1, 2], { name: 'db' })
    await world.append({ type: 'completing', time: BEGUN, uploadId, ...intentOf(bytes) })
    const archiveId = await world.completeUnheard(uploadId, bytes)
    // A copy of the catalog from before the record of the archive.
    await world.append({ type: 'deleted', time: BEGUN, ...world.place, archiveId })
    const err = new RegExp(
      `${uploadId} is complete, and its archive ${archiveId} was deleted\\. Start a new upload`,
    )
    if (byUploadId) {
      t.match(await world.run(['put', 'docs', '--upload-id', uploadId], bytes), { code: 1, out: '', err })
    } else {
      const found = await world.resume()
      t.match(found, { code: 0, err })
      t.not(found.out, `${archiveId}\n`)
    }
    await world.vault.close()
  }
})

t.test('after an intent of an earlier run is refused, the upload is continued', async (t) => {
  const { append, leave, resume, records, partsSent } = await worldOf(t)
  const uploadId = await leave(bytes, [0, 1], { name: 'db' })
  await append({ type: 'completing', time: BEGUN, uploadId, ...intentOf(bytes) })
  t.match(await resume(), { code: 0, err: new RegExp(`Resuming the upload ${uploadId}`) })
  t.equal(partsSent(), 1)
  // The request of the earlier run may be carried out yet, so that its intent stays.
  t.match((await records()).slice(2), [
    { type: 'completing', uploadId },
    { type: 'archive', uploadId },
  ])
  t.equal((await records()).length, 4)
})

t.test(
  'where the archive may exist, the same run starts a new upload, and no older one is continued',
  async (t) => {
    const { append, leave, leaveGone, resume, run, records, partsSent } = await worldOf(t)
    await leave(bytes, [0, 1, 2], { name: 'db' })
    await leaveGone('asked', { name: 'db' })
    await append({ type: 'completing', time: BEGUN, uploadId: 'asked', ...intentOf(bytes) })
    const found = await resume()
    t.match(found, { code: 0, err: /The response to the completion of the upload asked was lost/ })
    t.equal(partsSent(), 3)
    t.match((await records()).slice(3, 5), [
      { type: 'unknown', uploadId: 'asked', size: bytes.length },
      { type: 'begun' },
    ])
    t.match(
      await run(['put', 'docs', '--upload-id', 'asked'], bytes),
      { code: 1, err: /The service does not have the upload asked/ },
      'it is closed',
    )
  },
)

t.test('where a later volume may exist, the stream continues after the volumes before it', async (t) => {
  const { append, put, records, run, keep } = await worldOf(t)
  const set = ['--max-archive-size', '2MiB', '--name', 'db']
  await put(patternBytes(5 * MIB), ...set)
  await keep((record) => record.type !== 'archive' || record.volume < 3)
  const last = (await records()).at(-1)
  t.equal(last?.type, 'sending', 'the third volume was one part')
  const begun = { streamId: 's', volume: 3, partSize: MIB, name: 'db' }
  const [first] = (await records()).filter((it) => it.type === 'archive')
  const of = { ...first, ...begun, firstVolume: first?.type === 'archive' ? first.archiveId : '' }
  await append({ ...of, type: 'begun', uploadId: 'asked', archiveId: undefined })
  await append({ type: 'completing', time: BEGUN, uploadId: 'asked', ...intentOf(bytes) })
  const found = await run(['put', 'docs', '--resume', '--part-size', '1MiB', ...set], patternBytes(5 * MIB))
  t.match(found, {
    code: 0,
    err: /The response to the completion of the upload asked .*\n.*Resuming after volume 2/,
  })
  t.match((await records()).slice(-3), [
    { type: 'unknown' },
    { type: 'sending' },
    { type: 'archive', volume: 3 },
  ])
})
