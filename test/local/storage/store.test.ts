import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  lutimes,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { LockFolder } from '../../../lib/fs/lock.js'
import { ownerName } from '../../../lib/fs/owner-name.js'
import { currentProcess, type ProcessIdentity } from '../../../lib/runtime/process-identity.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { serve } from '../../helpers/command.js'
import { clock, hashHeaders, localVaultFor, send } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { ConcurrencyLimit, mapConcurrently } from '../../../lib/local/service/concurrency-limit.js'
import { Meter } from '../../../lib/local/costs/meter.js'
import type { ArchiveJob } from '../../../lib/local/records/job-record.js'
import type { ArchiveRecord } from '../../../lib/local/records/archive-record.js'
import { Disk, namesIn } from '../../../lib/local/disk/disk.js'
import { describePart, receivePart, treeHashOfRange } from '../../../lib/local/storage/part-file.js'
import { isAbandoned } from '../../../lib/local/disk/owned-name.js'
import { realismOf } from '../../../lib/local/realism/realism-options.js'
import { makeStores, type Stores } from '../../../lib/local/stores/stores.js'
import type { UploadRecord } from '../../../lib/local/records/upload-record.js'
import { type Undocumented, withDefaults } from '../../../lib/local/service/undocumented.js'
import { loadVaultId } from '../../../lib/local/disk/vault-id.js'

// The folder under the server: crashes between any two steps, and several processes at once.

const MIB = 1_048_576
const DAY = 86_400_000
const vaultName = 'docs'

/** The locks as a process of its own has them. */
function locksOf(disk: Disk): LockFolder {
  return new LockFolder(disk.path('locks'))
}

/** A process in a container. */
const ELSEWHERE: ProcessIdentity = {
  host: 'container',
  pid: 1,
  startTime: '7',
  bootId: '0',
  pidNamespace: '0',
}

/** The stores as a process of its own has them: with nothing shared but the folder. */
async function storesOver(
  dir: string,
  now: () => number = Date.now,
  undocumented: Undocumented = {},
  onFailure: (error: Error) => void = (error) => t.error(error),
): Promise<Stores> {
  const disk = new Disk(dir)
  await disk.open()
  const ground = {
    disk,
    locks: locksOf(disk),
    now,
    region: 'us-east-1',
    accountId: '111122223333',
    onFailure,
  }
  const stores = makeStores(ground, new Meter(now), {
    realism: realismOf({}),
    createVaults: true,
    snsEndpoint: undefined,
    undocumented: withDefaults(undocumented),
    policies: 'strict',
    onWarning: () => undefined,
  })
  await stores.ensureVault(vaultName)
  return stores
}

async function sendPart(
  { uploads }: Stores,
  upload: UploadRecord,
  bytes: Buffer,
  index = 0,
  received: () => void = () => undefined,
): Promise<unknown> {
  const start = index * upload.partSize
  const range = { start, end: start + bytes.length }
  return uploads.receive(vaultName, upload, range, Readable.from([bytes]), received)
}

async function complete({ uploads }: Stores, upload: UploadRecord, bytes: Buffer): Promise<ArchiveRecord> {
  const wanted = { size: bytes.length, treeHash: treeHashOf(bytes) }
  return (await uploads.complete(vaultName, upload.uploadId, wanted)).archive
}

/** What the vault has of an archive. */
async function stored({ archives, retained }: Stores, { archiveId }: ArchiveRecord): Promise<Buffer> {
  const archive = await archives.find(vaultName, archiveId)
  return buffer(retained.read(vaultName, archive, { start: 0, end: archive.size }))
}

/** A process ID nobody has any more. */
async function deadPid(): Promise<number> {
  const dead = spawn(process.execPath, ['-e', ''])
  await once(dead, 'exit')
  return dead.pid ?? 0
}

function vaultPath(dir: string, ...names: string[]): string {
  return join(dir, 'vaults', vaultName, ...names)
}

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

t.test('a name tells whether its process still works on what it names', async (t) => {
  const dir = t.testdir()
  const own = await currentProcess()
  const random = 'f'.repeat(24)
  const old = (pid: number, made = Date.now()): string => `${pid}-${Math.floor(made)}-${random}`
  const [dead, before] = [await deadPid(), Date.now() - process.uptime() * 1000 - 5]
  const abandoned: Record<string, boolean> = {
    [ownerName(own)]: false,
    [ownerName({ ...own, pid: dead })]: true,
    [ownerName({ ...own, startTime: '1' })]: true, // of an earlier process of this ID
    [ownerName(ELSEWHERE)]: true, // removed meanwhile
    [old(process.pid)]: false, // names of version 0.1
    [old(1)]: false,
    [old(dead)]: true,
    [old(process.pid, before)]: true,
    [`${old(dead)}x`]: false, // names of others
    [`${dead}-1-${random}`]: false,
    ['']: false,
    nobody: false,
    [`${process.pid}-file`]: false,
  }
  for (const [name, expected] of Object.entries(abandoned))
    t.equal(await isAbandoned(dir, name), expected, name)
})

t.test('what dead processes left unfinished is swept; what living ones write is not', async (t) => {
  const dir = t.testdir({ 'local-vault.json': '{"format":1}', tmp: {}, outside: { file: 'x' } })
  const tmp = join(dir, 'tmp')
  const own = await currentProcess()
  const random = 'f'.repeat(24)
  const dead = await deadPid()
  const [mine, fresh, stale, growing] = [
    ownerName(own),
    ownerName(ELSEWHERE),
    ownerName(ELSEWHERE),
    ownerName(ELSEWHERE),
  ]
  const recycled = ownerName({ ...own, startTime: '1' })
  const [oldDead, oldFresh, oldAlive] = [dead, dead, 1].map((pid, i) => `${pid}-${Date.now() + i}-${random}`)
  const longAgo = Date.now() / 1000 - 700
  const others = ['nobody', `${dead}-file`, `${dead}-1-${random}`, `${recycled}_more`]
  for (const name of [oldDead, oldFresh, oldAlive, recycled, mine, fresh, ...others] as string[])
    await writeFile(join(tmp, name), '')
  for (const name of [oldDead, oldAlive, ...others] as string[])
    await utimes(join(tmp, name), longAgo, longAgo)
  for (const name of [stale, growing]) {
    await mkdir(join(tmp, name))
    await writeFile(join(tmp, name, '00000.part'), '')
    await utimes(join(tmp, name), longAgo, longAgo)
  }
  const link = ownerName({ ...own, startTime: '1' })
  await symlink(join(dir, 'outside'), join(tmp, link))
  await symlink(join(dir, 'outside'), join(tmp, stale, 'link'))
  for (const name of ['00000.part', 'link', '.']) await lutimes(join(tmp, stale, name), longAgo, longAgo)
  await new Disk(dir).open()
  t.strictSame(await namesIn(tmp), [...others, oldFresh, oldAlive, mine, fresh, growing].sort())
  t.equal(await readFile(join(dir, 'outside', 'file'), 'utf8'), 'x', 'a symbolic link is not followed')
})

t.test('nothing is written to a folder that has not been opened', async (t) => {
  await t.rejects(new Disk(t.testdir()).writeText('x', ''), { message: /has not been opened/ })
})

t.test('a folder has an ID that does not change', async (t) => {
  const dir = t.testdir()
  const open = async (): Promise<string> => {
    const disk = new Disk(dir)
    await disk.open()
    return loadVaultId(disk, locksOf(disk))
  }
  const [id, ...more] = await Promise.all([open(), open(), open()])
  t.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  t.strictSame([...more, await open()], [id, id, id], 'processes that start at once agree')
  t.equal((await localVaultFor(t, { dir })).id, id)
  t.not((await localVaultFor(t, { dir: join(dir, 'other') })).id, id)
  t.equal((await stat(join(dir, 'vault-id'))).mode & 0o777, 0o600)
  for (const text of ['', 'x', `${id}${id}`]) {
    await writeFile(join(dir, 'vault-id'), text)
    await t.rejects(open(), { message: /does not contain a UUID/ })
  }
})

t.test('what is no archive ID is never looked for as a file', async (t) => {
  const { archives } = await storesOver(t.testdir())
  await t.rejects(archives.find(vaultName, '../../jobs'), { name: 'ApiError', message: /not found/ })
})

t.test('what is discarded is gone, and may be gone before', async (t) => {
  const disk = new Disk(t.testdir({ 'local-vault.json': '{"format":1}', folder: { file: '' } }))
  await disk.open()
  for (let i = 0; i < 2; i++) await disk.discard(disk.path('folder'))
  t.strictSame(await namesIn(disk.dir), ['local-vault.json', 'locks', 'tmp', 'vaults'])
  t.strictSame(await namesIn(disk.path('tmp')), [])
  await t.rejects(disk.discard(disk.dir), 'what cannot be removed is told')
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

t.test('a vault is not deleted under an archive that is just coming in', async (t) => {
  for (let i = 0; i < 10; i++) {
    const dir = t.testdir()
    const [here, there] = await Promise.all([storesOver(dir), storesOver(dir)])
    const [archive, deletion] = await Promise.allSettled([
      here.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined),
      there.vaults.delete(vaultName),
    ])
    if (archive.status === 'fulfilled') {
      t.match(deletion, { status: 'rejected', reason: { status: 400, message: /Vault not empty/ } })
      t.ok((await stored(there, archive.value)).equals(patternBytes(10)))
    } else t.equal(deletion.status, 'fulfilled')
  }
  const dir = t.testdir()
  const time = clock()
  const stores = await storesOver(dir, time.now)
  await stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined)
  await rm(vaultPath(dir, 'written'))
  await t.rejects(
    stores.vaults.delete(vaultName),
    { name: 'ApiError', status: 400 },
    'even where the note of the write is lost',
  )
})

t.test('a vault half made or half deleted is none, and is made whole', async (t) => {
  const dir = t.testdir()
  const stores = await storesOver(dir)
  await mkdir(join(dir, 'vaults', 'half', 'archives'), { recursive: true })
  t.match(await stores.vaults.list(), [{ name: vaultName }])
  t.match((await stores.vaults.list()).length, 1)
  await rmdir(vaultPath(dir, 'archives'))
  await stores.vaults.create(vaultName)
  t.ok(await stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined))
  await stores.vaults.create('other')
  await rmdir(join(dir, 'vaults', 'other', 'archives'))
  await stores.vaults.delete('other')
  t.strictSame(await readdir(join(dir, 'vaults')), [vaultName, 'half'].sort())
  await rm(vaultPath(dir, 'archives'), { recursive: true })
  await writeFile(vaultPath(dir, 'archives'), '')
  await rm(vaultPath(dir, 'written'))
  await t.resolves(stores.vaults.delete(vaultName), 'a file in the place of the folder holds no archives')
})

t.test('made by several processes at once, it is one vault', async (t) => {
  const dir = t.testdir()
  const processes = await Promise.all([storesOver(dir), storesOver(dir)])
  await Promise.all([...processes, ...processes].map(({ vaults }) => vaults.create('new')))
  const dates = await Promise.all(
    processes.map(async ({ vaults }) => (await vaults.find('new')).creationDate),
  )
  t.equal(new Set(dates).size, 1)
})

t.test('an inventory misses nothing written in the moment of the last one', async (t) => {
  const time = clock()
  const stores = await storesOver(t.testdir(), time.now)
  const store = (): Promise<ArchiveRecord> =>
    stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined)
  await store()
  time.time += DAY
  t.match(await stores.vaults.find(vaultName), { inventory: { archiveCount: 1 } })
  await store()
  time.time += DAY
  const found = await Promise.all([stores.vaults.find(vaultName), stores.vaults.find(vaultName)])
  t.match(found, [{ inventory: { archiveCount: 2 } }, { inventory: { archiveCount: 2 } }])
})

t.test('an inventory misses nothing written while a process died, or while one was taken', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const { archives, vaults } = await storesOver(dir, time.now)
  const { archiveId } = await archives.store(
    vaultName,
    null,
    Readable.from([patternBytes(10)]),
    () => undefined,
  )
  const [stored, away] = [vaultPath(dir, 'archives', archiveId), join(dir, 'away')]
  time.time += DAY
  t.match(await vaults.find(vaultName), { inventory: { archiveCount: 1 } })

  time.time += 1
  const dying = vaults.withWriteNoted(vaultName, async () => {
    await rename(stored, away)
    throw new Error('power cut')
  })
  await t.rejects(dying, { message: 'power cut' })
  time.time += DAY
  t.match(await vaults.find(vaultName), { inventory: { archiveCount: 0 } })

  time.time += 1
  await vaults.withWriteNoted(vaultName, async () => {
    time.time += DAY
    t.match(await vaults.find(vaultName), { inventory: { archiveCount: 0 } })
    time.time += 1
    await rename(away, stored)
  })
  time.time += DAY
  t.match(await vaults.find(vaultName), { inventory: { archiveCount: 1 } })
})

t.test('an archive that goes while it is counted is not counted', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  await stores.archives.store(vaultName, null, Readable.from([patternBytes(10)]), () => undefined)
  await mkdir(vaultPath(dir, 'archives', 'going'))
  time.time += DAY
  t.match(await stores.vaults.find(vaultName), { inventory: { archiveCount: 1, size: 10 + 32_768 } })
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

t.test('whatever meets the deletion of its vault fails as for a vault that there never was', async (t) => {
  const time = clock()
  const dir = t.testdir()
  const stores = await storesOver(dir, time.now)
  const { uploads, archives, jobs, vaults, settings } = stores
  const bytes = patternBytes(10)
  const gone = { name: 'ApiError', status: 404, message: /^Vault not found for ARN/ }
  const order = {
    description: null,
    snsTopic: null,
    tier: 'Standard',
    archiveSize: 1,
    start: 0,
    end: 1,
  } as const
  const wanted = { format: 'JSON', startDate: null, endDate: null, limit: null, marker: null } as const
  /** A body that comes while the vault is deleted. */
  const source = async function* (): AsyncGenerator<Buffer, void, undefined> {
    await vaults.delete(vaultName)
    yield bytes
  }
  /** Deletes the vault once it is known to be there. */
  const overtaken = async (act: () => Promise<unknown>): Promise<unknown> => {
    const folder = vaults.folder.bind(vaults)
    vaults.folder = async (name, kind) => {
      const path = await folder(name, kind)
      vaults.folder = folder
      await vaults.delete(vaultName)
      return path
    }
    return act().finally(() => {
      vaults.folder = folder
    })
  }
  const races: Record<string, (upload: UploadRecord) => Promise<unknown>> = {
    UploadArchive: () => archives.store(vaultName, null, source(), () => undefined),
    UploadMultipartPart: (upload) =>
      uploads.receive(vaultName, upload, { start: 0, end: 10 }, source(), () => undefined),
    CompleteMultipartUpload: (upload) => overtaken(() => complete(stores, upload, bytes)),
    AbortMultipartUpload: ({ uploadId }) => overtaken(() => uploads.abort(vaultName, uploadId)),
    InitiateMultipartUpload: () => overtaken(() => uploads.initiate(vaultName, MIB, null)),
    ListParts: (upload) => overtaken(() => uploads.partIndexes(vaultName, upload)),
    ListMultipartUploads: () => overtaken(() => uploads.list(vaultName)),
    ListJobs: () => overtaken(() => jobs.list(vaultName)),
    'InitiateJob of an archive': () =>
      overtaken(() =>
        jobs.startArchiveRetrieval(vaultName, {
          ...order,
          archiveId: '',
          archiveTreeHash: '',
          treeHash: null,
        }),
      ),
    'InitiateJob of an inventory': () =>
      overtaken(() => jobs.startInventoryRetrieval(vaultName, { ...order, ...wanted })),
    DeleteArchive: () => overtaken(() => stores.retained.delete(vaultName, 'a'.repeat(138))),
    AddTagsToVault: async () => {
      await vaults.delete(vaultName)
      await settings.change(vaultName, () => ({ tags: {} }))
    },
  }
  for (const [operation, race] of Object.entries(races)) {
    await vaults.create(vaultName)
    await vaults.takeInventory(vaultName)
    time.time += 10
    const upload = await uploads.initiate(vaultName, MIB, null)
    const racing = vaults.unlessDeleted(vaultName, () => race(upload))
    await t.rejects(racing, gone, operation)
    t.strictSame(await readdir(join(dir, 'vaults')), [], `${operation} makes nothing`)
    t.strictSame(await readdir(join(dir, 'tmp')), [], `${operation} leaves nothing`)
  }
  await vaults.create(vaultName)
  await rmdir(vaultPath(dir, 'archives'))
  await t.rejects(
    vaults.unlessDeleted(vaultName, () =>
      archives.store(vaultName, null, Readable.from([bytes]), () => undefined),
    ),
    { status: 507, message: 'The vault docs is damaged: a file or folder that it needs is missing. ' },
    'a deletion that was cut off is told apart',
  )
})

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

t.test('what fails to be written leaves nothing behind', async (t) => {
  const dir = t.testdir()
  const stores = await storesOver(dir, Date.now, {}, () => undefined)
  const { uploads, archives, jobs, vaults, account } = stores
  const bytes = patternBytes(10)
  await archives.store(vaultName, null, Readable.from([bytes]), () => undefined)
  await vaults.takeInventory(vaultName)
  const upload = await uploads.initiate(vaultName, MIB, null)
  const order = { description: null, snsTopic: null } as const
  const wanted = { format: 'JSON', startDate: null, endDate: null, limit: null, marker: null } as const
  const failing = async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield bytes
    throw new Error('hung up')
  }
  const full = new Error('full')
  // Each of these fails in the step after it has written: the rename, or the bytes that follow.
  const steps: Record<string, () => Promise<unknown>> = {
    'an archive that is cut': () => archives.store(vaultName, null, failing(), () => undefined),
    'an archive that is wrong': () =>
      archives.store(vaultName, null, Readable.from([bytes]), () => {
        throw full
      }),
    'a part that is cut': () =>
      uploads.receive(vaultName, upload, { start: 0, end: 10 }, failing(), () => undefined),
    'a part that is wrong': () =>
      sendPart(stores, upload, bytes, 0, () => {
        throw full
      }),
  }
  for (const [name, step] of Object.entries(steps)) {
    await t.rejects(step(), name)
    t.strictSame(await readdir(join(dir, 'tmp')), [], name)
  }
  // A folder in the place of a file, or a file in that of a folder, makes the rename fail.
  const blocked: [string, () => Promise<unknown>][] = [
    [join(dir, 'account.json'), () => account.purchase()],
    [vaultPath(dir, 'inventory.jsonl'), () => vaults.takeInventory(vaultName)],
    [vaultPath(dir, 'uploads'), () => uploads.initiate(vaultName, MIB, null)],
    [vaultPath(dir, 'uploads', upload.uploadId, '00000.part'), () => sendPart(stores, upload, bytes)],
    [vaultPath(dir, 'jobs'), () => jobs.startInventoryRetrieval(vaultName, { ...order, ...wanted })],
    [join(dir, 'vaults', 'new'), () => vaults.create('new')],
  ]
  for (const [path, act] of blocked) {
    const isFolder = /uploads$|jobs$|new$/.test(path)
    await rename(path, join(dir, 'away')).catch(() => undefined)
    await (isFolder ? writeFile(path, '') : mkdir(join(path, 'in'), { recursive: true }))
    await t.rejects(act(), path)
    t.strictSame(await readdir(join(dir, 'tmp')), [], path)
    await rm(path, { recursive: true })
    await rename(join(dir, 'away'), path).catch(() => undefined)
  }
  const disk = new Disk(dir)
  await disk.open()
  disk.writeJson = () => Promise.reject(full)
  const ground = {
    disk,
    locks: locksOf(disk),
    now: Date.now,
    region: '',
    accountId: '',
    onFailure: () => t.fail(),
  }
  const failed = makeStores(ground, new Meter(Date.now), {
    realism: realismOf({}),
    createVaults: false,
    snsEndpoint: undefined,
    policies: 'strict',
    onWarning: () => undefined,
    undocumented: withDefaults({}),
  })
  await t.rejects(failed.jobs.startInventoryRetrieval(vaultName, { ...order, ...wanted }), full)
  t.strictSame(
    await readdir(vaultPath(dir, 'jobs')),
    [],
    'nor the output of a job that could not be recorded',
  )
})

t.test('what is done at once is bounded, comes in order, and ends with the first failure', async (t) => {
  let [underWay, most] = [0, 0]
  const work = async (n: number): Promise<number> => {
    most = Math.max(most, ++underWay)
    await new Promise((resolve) => setImmediate(resolve))
    underWay--
    return n * 2
  }
  const items = Array.from({ length: 50 }, (_, n) => n)
  t.strictSame(
    await mapConcurrently(items, 4, work),
    items.map((n) => n * 2),
  )
  t.equal(most, 4)
  t.strictSame(await mapConcurrently([], 4, work), [])
  const begun: number[] = []
  const failing = mapConcurrently(items, 2, async (n) => {
    begun.push(n)
    await work(n)
    if (n === 3) throw new Error('three')
  })
  await t.rejects(failing, { message: 'three' })
  t.ok(begun.length < 7, 'nothing new is begun')
  const places = new ConcurrencyLimit(3)
  most = 0
  t.strictSame(
    await Promise.all(items.map((n) => places.run(() => work(n)))),
    items.map((n) => n * 2),
  )
  t.equal(most, 3)
  await t.rejects(
    places.run(() => Promise.reject(new Error('x'))),
    { message: 'x' },
  )
  most = 0
  await Promise.all(items.map((n) => places.run(() => work(n))))
  t.equal(most, 3, 'a failure gives its place back')
})
