import { MIB } from '../../../lib/sizes.js'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { serve } from '../../helpers/command.js'
import { clock, hashHeaders, localVaultFor, send } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'

import type { ArchiveJob } from '../../../lib/local/records/job-record.js'
import type { ArchiveRecord } from '../../../lib/local/records/archive-record.js'

import { describePart, receivePart, treeHashOfRange } from '../../../lib/local/storage/part-file.js'

import { complete, sendPart, stored, storesOver, vaultName, vaultPath } from '../../helpers/local-stores.js'

const DAY = 86_400_000

t.test('a part file holds its part, its leaves and its root', async (t) => {
  const dir = t.testdir()
  for (const size of [1, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 7]) {
    const path = join(dir, String(size))
    const bytes = patternBytes(size)
    const pieces = (async function* () {
      for (let at = 0; at < size; at += 700_000) yield bytes.subarray(at, at + 700_000)
    })()
    const received = await receivePart(pieces, path)
    t.match(received, { size, treeHash: treeHashOf(bytes) })
    t.strictSame(await describePart(path, 'it'), { size, treeHash: treeHashOf(bytes) })
    t.equal(await treeHashOfRange(path, { start: 0, end: size }, 'it'), treeHashOf(bytes))
    t.equal((await stat(path)).size, size + 32 * (Math.ceil(size / MIB) + 1))
    t.ok((await readFile(path)).subarray(0, size).equals(bytes))
  }
  const broken = (async function* () {
    yield Buffer.alloc(5)
    throw new Error('hung up')
  })()
  await t.rejects(receivePart(broken, join(dir, 'broken')), { message: 'hung up' })
  await t.rejects(stat(join(dir, 'broken')), { code: 'ENOENT' })
})

t.test('what is no archive ID is never looked for as a file', async (t) => {
  const { archives } = await storesOver(t.testdir())
  await t.rejects(archives.find(vaultName, '../../jobs'), { name: 'ApiError', message: /not found/ })
})

t.test('a part that comes amid a completion is in the archive, or refused', async (t) => {
  const dir = t.testdir()
  const [here, there] = await Promise.all([storesOver(dir), storesOver(dir)])
  let completed = 0
  for (let i = 0; i < 20; i++) {
    const upload = await here.uploads.initiate(vaultName, MIB, null)
    const bytes = patternBytes(100, 1)
    const other = patternBytes(100, 2)
    await sendPart(here, upload, bytes)
    // They meet when the part has come in and is to take its place; every other time the completion is ahead.
    let meet = (): void => undefined
    const met = new Promise<void>((resolve) => (meet = resolve))
    const [archive, part] = await Promise.allSettled([
      (i % 2 ? met : Promise.resolve()).then(() => complete(here, upload, bytes)),
      sendPart(there, upload, other, 0, meet),
    ])
    if (archive.status === 'fulfilled') {
      completed++
      t.ok((await stored(there, archive.value)).equals(bytes), 'it is what the completion was for')
      t.match(part, { status: 'rejected', reason: { status: 404 } })
    } else {
      t.equal(part.status, 'fulfilled')
      t.match(archive.reason, { status: 400, message: /Invalid x-amz-sha256-tree-hash/ })
      t.ok((await stored(here, await complete(there, upload, other))).equals(other), 'and it can be repeated')
    }
  }
  t.comment(`${completed} of 20 times the completion was first`)
  t.strictSame(await readdir(join(dir, 'tmp')), [])
})

t.test('completed by several processes at once, it is one archive', async (t) => {
  const dir = t.testdir()
  const processes = await Promise.all([storesOver(dir), storesOver(dir), storesOver(dir)])
  const [here] = processes
  const bytes = patternBytes(10)
  const upload = await here.uploads.initiate(vaultName, MIB, null)
  await sendPart(here, upload, bytes)
  const found = await Promise.all([...processes, ...processes].map((it) => complete(it, upload, bytes)))
  t.equal(new Set(found.map(({ archiveId }) => archiveId)).size, 1)
  t.equal((await readdir(vaultPath(dir, 'archives'))).length, 1)
})

t.test('completed and aborted at once, it is one of the two', async (t) => {
  const dir = t.testdir()
  const [here, there] = await Promise.all([storesOver(dir), storesOver(dir)])
  const bytes = patternBytes(10)
  for (let i = 0; i < 10; i++) {
    const upload = await here.uploads.initiate(vaultName, MIB, null)
    await sendPart(here, upload, bytes)
    const ends = await Promise.allSettled([
      complete(here, upload, bytes),
      there.uploads.abort(vaultName, upload.uploadId),
    ])
    t.strictSame(ends.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    t.match(
      ends.find(({ status }) => status === 'rejected'),
      { reason: { status: 404 } },
    )
  }
  t.strictSame(await readdir(vaultPath(dir, 'uploads')), [])
})

t.test('a completion is remembered for a day', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  const upload = await stores.uploads.initiate(vaultName, MIB, null)
  const bytes = patternBytes(10)
  await sendPart(stores, upload, bytes)
  const archive = await complete(stores, upload, bytes)
  time.time += DAY - 1
  t.strictSame(await complete(stores, upload, bytes), archive)
  t.strictSame(await stores.uploads.list(vaultName), [])
  t.equal((await readdir(vaultPath(dir, 'ended'))).length, 1)
  time.time += 1
  await t.rejects(complete(stores, upload, bytes), {
    status: 404,
    message: `The upload ID was not found: ${upload.uploadId}`,
  })
  t.strictSame(await stores.uploads.list(vaultName), [])
  t.strictSame(await readdir(vaultPath(dir, 'ended')), [], 'and then nothing is kept of it')
  t.ok((await stored(stores, archive)).equals(bytes), 'but the archive')
})

t.test('what a crash cut off is finished by whoever looks next', async (t) => {
  const dir = t.testdir()
  const stores = await storesOver(dir)
  const bytes = patternBytes(MIB + 1)
  const upload = await stores.uploads.initiate(vaultName, MIB, null)
  await sendPart(stores, upload, bytes.subarray(0, MIB))
  await sendPart(stores, upload, bytes.subarray(MIB), 1)
  const archive = await complete(stores, upload, bytes)
  const completed = vaultPath(dir, 'archives', archive.archiveId)
  const open = vaultPath(dir, 'uploads', upload.uploadId)

  // As if the process had ended after it was decided and before the folder was renamed.
  await rename(completed, open)
  await t.rejects(stores.archives.find(vaultName, archive.archiveId), { name: 'ApiError', status: 404 })
  await t.rejects(sendPart(stores, upload, bytes.subarray(MIB), 1), { name: 'ApiError', status: 404 })
  t.strictSame(await complete(stores, upload, bytes), archive, 'by a repeated completion')
  t.ok((await stored(stores, archive)).equals(bytes))

  await rename(completed, open)
  t.strictSame(await stores.uploads.list(vaultName), [])
  t.ok((await stored(stores, archive)).equals(bytes), 'by a listing')

  const aborted = await stores.uploads.initiate(vaultName, MIB, null)
  await stores.uploads.abort(vaultName, aborted.uploadId)
  await mkdir(vaultPath(dir, 'uploads', aborted.uploadId))
  await writeFile(vaultPath(dir, 'uploads', aborted.uploadId, 'upload.json'), JSON.stringify(aborted))
  await stores.uploads.abort(vaultName, aborted.uploadId)
  t.strictSame(await readdir(vaultPath(dir, 'uploads')), [])
})

t.test('expired uploads, and what is no upload at all', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  const upload = await stores.uploads.initiate(vaultName, MIB, null)
  await writeFile(vaultPath(dir, 'uploads', '.DS_Store'), '')
  await writeFile(vaultPath(dir, 'ended', '.DS_Store'), '')
  await writeFile(vaultPath(dir, 'jobs', '.DS_Store'), '')
  await writeFile(vaultPath(dir, 'uploads', upload.uploadId, '.DS_Store'), '')
  await writeFile(join(dir, 'vaults', '.DS_Store'), '')
  t.match(await stores.uploads.list(vaultName), [{ uploadId: upload.uploadId }])
  t.strictSame(await stores.jobs.list(vaultName), [])
  t.match(await stores.vaults.list(), [{ name: vaultName }])
  t.strictSame(await stores.uploads.partIndexes(vaultName, upload), [])
  time.time += DAY + 1
  t.strictSame(await stores.uploads.list(vaultName), [])
  t.strictSame(await readdir(vaultPath(dir, 'uploads')), ['.DS_Store'])
})

t.test('a part sent while the listing looks keeps the upload', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  const upload = await stores.uploads.initiate(vaultName, MIB, null)
  const file = vaultPath(dir, 'uploads', upload.uploadId, 'upload.json')
  time.time += DAY + 1
  // The first look finds it expired; before the second, which is under the lock, a part has come.
  let looks = 0
  const folder = stores.vaults.folder.bind(stores.vaults)
  stores.vaults.folder = async (name, kind) => {
    if (kind === 'ended' && ++looks === 2) await utimes(file, time.time / 1000, time.time / 1000)
    return folder(name, kind)
  }
  t.strictSame(await stores.uploads.list(vaultName), [], 'this listing has it not')
  t.match(await stores.uploads.list(vaultName), [{ uploadId: upload.uploadId }], 'the next has')
})

t.test('a server killed amid a part has what it acknowledged, and nothing else', async (t) => {
  const dir = t.testdir()
  const { process: server, endpoint, region, credentials } = await serve(t, dir)
  const remote = { endpoint, region, credentials }
  const killed = { ...(await localVaultFor(t, { dir: join(dir, 'other') })), ...remote }
  const base = `/-/vaults/${vaultName}`
  await send(killed, { method: 'PUT', path: base })
  const begun = await send(killed, {
    method: 'POST',
    path: `${base}/multipart-uploads`,
    headers: { 'x-amz-part-size': String(4 * MIB) },
  })
  const path = `${base}/multipart-uploads/${String(begun.headers['x-amz-multipart-upload-id'])}`
  const bytes = patternBytes(4 * MIB)
  const headers = (start: number): Record<string, string> => ({
    'content-range': `bytes ${start}-${start + bytes.length - 1}/*`,
    ...hashHeaders(bytes),
  })
  t.match(await send(killed, { method: 'PUT', path, headers: headers(0), body: bytes }), { status: 204 })
  const dammed = { ...killed, endpoint: await dam(t, killed.endpoint, 3 * MIB) }
  const half = send(dammed, { method: 'PUT', path, headers: headers(4 * MIB), body: bytes })
  const cut = t.rejects(half, { code: 'ECONNRESET' })
  await until(async () => (await readdir(join(dir, 'tmp'))).length > 0)
  server.kill('SIGKILL')
  await Promise.all([cut, once(server, 'exit')])
  t.equal((await readdir(join(dir, 'tmp'))).length, 1, 'what was coming in is still there')

  const vault = await localVaultFor(t, { dir })
  t.strictSame(await readdir(join(dir, 'tmp')), [], 'until the next start')
  t.match(await send(vault, { method: 'GET', path }), {
    status: 200,
    json: { Parts: [{ RangeInBytes: '0-4194303', SHA256TreeHash: treeHashOf(bytes) }] },
  })
  const done = { 'x-amz-archive-size': String(bytes.length), 'x-amz-sha256-tree-hash': treeHashOf(bytes) }
  t.match(await send(vault, { method: 'POST', path, headers: done }), { status: 201 })
})

/** Looks again and again, without sleeping, until something is so. */
async function until(so: () => Promise<boolean>): Promise<void> {
  while (!(await so())) await new Promise((resolve) => setImmediate(resolve))
}

/** A way to a server that lets through no more than some bytes; its address. */
async function dam(test: Test, endpoint: string, most: number): Promise<string> {
  const server = createServer((socket) => {
    let left = most
    const onward = connect(Number(new URL(endpoint).port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      if (left > 0) onward.write(chunk.subarray(0, left))
      left -= chunk.length
    })
    onward.on('error', () => undefined)
    onward.on('data', (chunk) => socket.write(chunk))
    onward.on('close', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('of a deletion and a job at once, the job is refused or the archive stays', async (t) => {
  const dir = t.testdir()
  const stores = await storesOver(dir)
  const { archives, jobs, retained } = stores
  const store = (bytes: Buffer): Promise<ArchiveRecord> =>
    archives.store(vaultName, null, Readable.from([bytes]), () => undefined)
  const start = async ({ archiveId, treeHash, size }: ArchiveRecord): Promise<ArchiveJob> => {
    const asked = { description: null, snsTopic: null, tier: 'Standard', start: 0, end: size } as const
    const about = { archiveId, archiveSize: size, archiveTreeHash: treeHash, treeHash }
    return jobs.startArchiveRetrieval(vaultName, { ...asked, ...about })
  }

  const deleted = await store(patternBytes(10))
  const refused = retained.startJob(vaultName, deleted.archiveId, async () => {
    const job = await start(deleted)
    await retained.delete(vaultName, deleted.archiveId)
    return job
  })
  await t.rejects(refused, { name: 'ApiError', status: 404 }, 'an archive that is deleted meanwhile')
  t.strictSame(await jobs.list(vaultName), [], 'has no job')

  const [other, kept] = [await store(patternBytes(10)), await store(patternBytes(20))]
  const list = jobs.list.bind(jobs)
  jobs.list = async (name) => {
    jobs.list = list
    const before = await list(name)
    await retained.startJob(name, kept.archiveId, () => start(kept))
    await retained.delete(name, kept.archiveId)
    return before
  }
  await retained.delete(vaultName, other.archiveId)
  t.strictSame(await readdir(vaultPath(dir, 'retained')), [kept.archiveId], 'what a new job needs stays')
  const { archive } = await retained.find(vaultName, kept.archiveId)
  t.same(await buffer(retained.read(vaultName, archive, { start: 0, end: 20 })), patternBytes(20))

  await mkdir(vaultPath(dir, 'retained', 'mine'))
  const bytes = patternBytes(2 * MIB)
  const upload = await stores.uploads.initiate(vaultName, MIB, null)
  for (const index of [0, 1])
    await sendPart(stores, upload, bytes.subarray(index * MIB, (index + 1) * MIB), index)
  const read = await complete(stores, upload, bytes)
  await retained.startJob(vaultName, read.archiveId, () => start(read))
  const chunks: Buffer[] = []
  for await (const chunk of retained.read(vaultName, read, { start: 0, end: read.size })) {
    if (chunks.length === 0) await retained.delete(vaultName, read.archiveId)
    chunks.push(chunk)
  }
  t.ok(Buffer.concat(chunks).equals(bytes), 'an output goes on when its archive is deleted')
  t.ok((await readdir(vaultPath(dir, 'retained'))).includes('mine'), 'what is not ours stays')

  await rm(vaultPath(dir, 'retained'), { recursive: true })
  await writeFile(vaultPath(dir, 'retained'), '')
  const blocked = await store(patternBytes(5))
  const deleting = stores.vaults.unlessDeleted(vaultName, () => retained.delete(vaultName, blocked.archiveId))
  await t.rejects(deleting, { name: 'ApiError', status: 507 }, 'a file in the place of the folder')
  t.ok(await archives.find(vaultName, blocked.archiveId), 'keeps the archive')
})
