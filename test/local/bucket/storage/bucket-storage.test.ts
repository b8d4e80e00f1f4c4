import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import type { LocalBucket, LocalBucketOptions, RequestLogEntry } from '../../../../lib/local/index.js'
import { startLocalBucket } from '../../../../lib/local/index.js'
import { readPart, readPartBytes, writePart } from '../../../../lib/local/bucket/storage/part-files.js'
import { localBucketFor, sendS3, elementIn } from '../../../helpers/local-bucket.js'

async function serverWithObject(t: Test, options: Partial<LocalBucketOptions> = {}): Promise<LocalBucket> {
  const server = await localBucketFor(t, options)
  await sendS3(server, { method: 'PUT', path: '/bkt' })
  await sendS3(server, { method: 'PUT', path: '/bkt/..%2F..%2Fetc', body: 'text' })
  return server
}

const get = (server: LocalBucket, path = '/bkt/..%2F..%2Fetc'): ReturnType<typeof sendS3> =>
  sendS3(server, { method: 'GET', path })

/** The paths of the files in a folder with a name. */
async function filesNamed(dir: string, name: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true })
  return entries.filter((entry) => entry.endsWith(`/${name}`)).map((entry) => join(dir, entry))
}

t.test('no name of a request becomes a path, and a store that failed leaves nothing', async (t) => {
  const dir = t.testdir({})
  const server = await serverWithObject(t, { dir })
  const wrong = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }
  t.match(await sendS3(server, { method: 'PUT', path: '/bkt/x', body: 'x', headers: wrong }), {
    code: 'BadDigest',
  })
  const entries = await readdir(dir, { recursive: true })
  for (const entry of entries) t.notMatch(entry, /bkt|etc/)
  t.strictSame(await readdir(join(dir, 'tmp')), [])
  t.equal((await filesNamed(dir, '00001.part')).length, 1)
})

t.test('a change that was interrupted leaves the object before it, or the one after it', async (t) => {
  const dir = t.testdir({})
  const server = await serverWithObject(t, { dir })
  const [record = ''] = await filesNamed(dir, 'object.json')
  const folder = dirname(record)
  const newer = join(dirname(folder), `000000000002-${'a'.repeat(92)}`)
  await mkdir(join(dirname(folder), 'not-ours'))
  await rename(folder, newer) // as after the rename of a second object, whose predecessor was not removed yet
  await mkdir(folder)
  t.equal((await get(server)).text, 'text')
  await sendS3(server, { method: 'PUT', path: '/bkt/..%2F..%2Fetc', body: 'new' })
  t.equal((await get(server)).text, 'new')
  const names = await readdir(dirname(folder))
  t.equal(names.length, 2, 'those before are removed, and what is not ours is not')
  t.ok(names.includes('not-ours'))
  await rm(dirname(folder), { recursive: true })
  await mkdir(dirname(folder))
  t.match(await get(server), { code: 'NoSuchKey' })
  t.equal(
    (await sendS3(server, { method: 'DELETE', path: '/bkt' })).status,
    204,
    'an empty folder is no object',
  )
})

t.test('damage is reported with the name of the object, and nothing else fails', async (t) => {
  const dir = t.testdir({})
  const failures: Error[] = []
  const server = await serverWithObject(t, { dir, onFailure: (error) => failures.push(error) })
  await sendS3(server, { method: 'PUT', path: '/bkt/other', body: 'x' })
  const records = await filesNamed(dir, 'object.json')
  const texts = await Promise.all(records.map((path) => readFile(path, 'utf8')))
  const record = records[texts.findIndex((text) => text.includes('etc'))] ?? ''
  await writeFile(record, '{}')
  t.match(await get(server), {
    status: 507,
    code: 'LocalStorageException',
    text: /is damaged: its object.json/,
  })
  const list = await get(server, '/bkt?list-type=2')
  t.match(list, { status: 200, text: /<Key>other<\/Key>/ })
  t.equal(elementIn(list.text, 'KeyCount'), '1')
  await rm(record)
  t.match(await get(server), { status: 507, text: /object.json is missing/ })
  const [other = ''] = (await filesNamed(dir, '00001.part')).filter(
    (path) => dirname(path) !== dirname(record),
  )
  await truncate(other, 0)
  await t.rejects(get(server, '/bkt/other'), { code: 'ECONNRESET' })
  await rm(other)
  await mkdir(other)
  await t.rejects(get(server, '/bkt/other'), { code: 'ECONNRESET' })
  t.ok(failures.length >= 4)
  const [bucket = ''] = await filesNamed(dir, 'bucket.json')
  await rm(bucket)
  t.match(await get(server, '/bkt?list-type=2'), { status: 507, text: /bucket.json is missing/ })
  await writeFile(bucket, 'x')
  t.equal((await get(server, '/')).status, 200)
})

t.test('a multipart object whose list of parts is damaged, and parts that are damaged', async (t) => {
  const dir = t.testdir({})
  const server = await serverWithObject(t, { dir })
  const created = await sendS3(server, { method: 'POST', path: '/bkt/m?uploads' })
  const id = elementIn(created.text, 'UploadId') ?? ''
  const sent = await sendS3(server, { method: 'PUT', path: `/bkt/m?partNumber=1&uploadId=${id}`, body: 'x' })
  const [file = ''] = await filesNamed(join(dir, 'buckets'), '00001.part').then((all) =>
    all.filter((path) => path.includes(id)),
  )
  const whole = await readFile(file)
  for (const bytes of [
    Buffer.alloc(0),
    whole.subarray(1),
    Buffer.concat([whole.subarray(0, -4), Buffer.from('xxxx')]),
  ]) {
    await writeFile(file, bytes)
    t.notMatch((await get(server, `/bkt/m?uploadId=${id}`)).text, /<Part>/)
  }
  const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${String(sent.headers.etag)}</ETag></Part></CompleteMultipartUpload>`
  const complete = { method: 'POST', path: `/bkt/m?uploadId=${id}`, body }
  t.match(await sendS3(server, complete), { code: 'InvalidPart' })
  await writeFile(file, whole)
  t.equal((await sendS3(server, complete)).status, 200)
  t.equal((await get(server, '/bkt/m')).text, 'x')
  const [list = ''] = await filesNamed(dir, 'parts.json')
  await writeFile(list, '{"parts":[]}')
  t.match(await get(server, '/bkt/m'), { status: 507, text: /parts.json/ })
})

t.test('the end of a part is its record', async (t) => {
  const path = join(t.testdir({}), 'part')
  const record = { size: 3, md5: 'm', checksum: null, lastModified: new Date(0).toISOString() }
  const source = (async function* () {
    yield Buffer.from('abc')
  })()
  await writePart(path, source, () => record)
  t.strictSame(await readPart(path, 'A part'), record)
  const read: Buffer[] = []
  for await (const chunk of readPartBytes(path, { start: 1, end: 3 })) read.push(chunk)
  t.equal(String(Buffer.concat(read)), 'bc')
  await t.rejects(async () => {
    for await (const chunk of readPartBytes(path, { start: 0, end: 999 })) t.ok(chunk)
  }, /ends at/)
  const odd = Buffer.from('{}\0\0\0\x02S3PT')
  await writeFile(path, odd)
  await t.rejects(readPart(path, 'A part'), { code: 'LocalStorageException' })
  await writeFile(path, 'x')
  await t.rejects(readPart(path, 'A part'), { code: 'LocalStorageException' })
  await t.rejects(readPart(dirname(path), 'A part'), { code: 'LocalStorageException' })
})

t.test('requests that are not complete, or not HTTP', async (t) => {
  const entries: RequestLogEntry[] = []
  const server = await serverWithObject(t, { idleTimeout: 50, log: (entry) => entries.push(entry) })
  const stalled = sendS3(server, {
    method: 'PUT',
    path: '/bkt/s',
    body: 'x',
    headers: { 'content-length': '2' },
  })
  await t.rejects(
    stalled.then(({ code }) => {
      throw new Error(code)
    }),
    /RequestTimeout|ECONNRESET|hang up/,
  )
  const { port } = new URL(server.endpoint)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nExpect: something\r\nHost: a\r\nConnection: close\r\n\r\n')
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  t.match(String(chunk), /^HTTP\/1.1 417 /)
  socket.destroy()
  t.ok(entries.some(({ operation }) => operation === 'PutObject'))
})

t.test('the start is refused where it could do harm, and can be ended', async (t) => {
  const dir = t.testdir({ foreign: { 'a.txt': 'x' }, linked: {} })
  await t.rejects(startLocalBucket({ dir: join(dir, 'foreign') }), { code: 'ERR_LOCAL_FOLDER' })
  await t.rejects(startLocalBucket({ dir: join(dir, 'linked'), host: '0.0.0.0' }), RangeError)
  await t.rejects(startLocalBucket({ dir: join(dir, 'linked'), signal: AbortSignal.abort() }), {
    code: 'ABORT_ERR',
  })
  await mkdir(join(dir, 'file'))
  await (await startLocalBucket({ dir: join(dir, 'file') })).close()
  await writeFile(join(dir, 'file', 'buckets'), 'x')
  await t.rejects(startLocalBucket({ dir: join(dir, 'file') }), { code: 'ERR_LOCAL_FOLDER' })
  await writeFile(join(dir, 'file', 'home.json'), 'x')
  await rm(join(dir, 'file', 'buckets'))
  await t.rejects(startLocalBucket({ dir: join(dir, 'file') }), /home.json/)
})
