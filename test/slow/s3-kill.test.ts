/** A process that pipes into a bucket of another process is killed half-way, and the stream is piped again. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CreateBucketCommand, GetObjectCommand, ListPartsCommand, S3Client } from '@aws-sdk/client-s3'
import t, { type Test } from 'tap'
import type { OperationTraffic } from '../../lib/local/control/traffic.js'
import { MIB } from '../../lib/sizes.js'
import { sha256Of } from '../helpers/gather.js'
import { patternSource } from '../helpers/pattern-source.js'

const SIZE = 256 * MIB
const PART = 8 * MIB
const PARTS = SIZE / PART

const dist = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href)

/** Starts a local bucket, and tells its traffic when it is asked for. */
const SERVER = `
  import { startLocalBucket } from ${dist('local/index.js')}
  const bucket = await startLocalBucket({ dir: process.argv[2] })
  const { endpoint, region } = bucket
  const { accessKeyId, secretAccessKey } = bucket.credentials
  process.on('message', () => process.send(bucket.traffic.of('UploadPart')))
  process.on('disconnect', () => void bucket.close())
  process.send({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
`

/** Uploads its standard input, and tells the ID of the upload and each part. */
const UPLOADER = `
  import { resumeUpload, s3Client, s3Store, uploadArchive } from ${dist('index.js')}
  const { settings, uploadId } = JSON.parse(process.argv[2])
  const client = s3Client({ ...settings, forcePathStyle: true })
  const store = s3Store({ client, bucket: 'backups', key: 'big', storageClass: 'GLACIER_IR' })
  const options = { store, partSize: ${PART} }
  const upload = uploadId ? resumeUpload(process.stdin, { ...options, uploadId }) : uploadArchive(process.stdin, options)
  upload.on('initiated', (id) => process.send({ uploadId: id }))
  upload.on('part', ({ index, skipped }) => process.send({ index, skipped }))
  const [archive] = await upload
  process.send({ archive })
  client.destroy()
  process.disconnect()
`

interface Settings {
  readonly endpoint: string
  readonly region: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** A message of an uploader. */
interface Told {
  readonly uploadId?: string
  readonly index?: number
  readonly skipped?: boolean
  readonly archive?: { readonly size: number; readonly parts: number }
}

/** Starts a program with a channel for messages; killed when the test is over, if it still runs. */
function run(test: Test, file: string, argument: string): ChildProcess & { readonly stdin: Writable } {
  const child = fork(file, [argument], { stdio: ['pipe', 'inherit', 'inherit', 'ipc'] })
  test.teardown(async () => {
    if (child.kill('SIGKILL')) await once(child, 'exit')
  })
  return child as ChildProcess & { readonly stdin: Writable }
}

/** The traffic of parts, when no request is in progress. */
async function trafficOf(server: ChildProcess): Promise<OperationTraffic> {
  for (;;) {
    const told = once(server, 'message') as Promise<[OperationTraffic]>
    server.send('traffic')
    const [traffic] = await told
    if (traffic.underWay === 0) return traffic
  }
}

t.test('after a kill at half of 256 MiB, no part that is stored is sent again', async (t) => {
  const dir = t.testdir({ 'server.mjs': SERVER, 'uploader.mjs': UPLOADER, bucket: {} })
  const server = run(t, join(dir, 'server.mjs'), join(dir, 'bucket'))
  const [settings] = (await once(server, 'message')) as [Settings]
  const sdk = new S3Client({ ...settings, forcePathStyle: true })
  t.teardown(() => {
    sdk.destroy()
  })
  const at = { Bucket: 'backups', Key: 'big' }
  await sdk.send(new CreateBucketCommand({ Bucket: 'backups' }))

  const first = run(t, join(dir, 'uploader.mjs'), JSON.stringify({ settings }))
  let uploadId = ''
  let confirmed = 0
  first.on('message', (told: Told) => {
    uploadId = told.uploadId ?? uploadId
    if (told.index !== undefined && ++confirmed === PARTS / 2) first.kill('SIGKILL')
  })
  const exit = once(first, 'exit')
  await t.rejects(pipeline(patternSource(SIZE, MIB), first.stdin))
  t.strictSame(await exit, [null, 'SIGKILL'])
  const before = await trafficOf(server)
  const { Parts = [] } = await sdk.send(new ListPartsCommand({ ...at, UploadId: uploadId }))
  t.ok(Parts.length >= PARTS / 2 && Parts.length < PARTS, `${Parts.length} parts are stored`)

  const second = run(t, join(dir, 'uploader.mjs'), JSON.stringify({ settings, uploadId }))
  const told: Told[] = []
  second.on('message', (message: Told) => told.push(message))
  const end = once(second, 'exit')
  await pipeline(patternSource(SIZE, MIB), second.stdin)
  t.strictSame(await end, [0, null])
  const after = await trafficOf(server)
  t.equal(after.requests - before.requests, PARTS - Parts.length, 'only the missing parts are sent')
  t.equal(told.filter(({ skipped }) => skipped).length, Parts.length)
  t.match(told.at(-1), { archive: { size: SIZE, parts: PARTS } })
  const { Body } = await sdk.send(new GetObjectCommand(at))
  const stored = Buffer.from((await Body?.transformToByteArray()) ?? [])
  t.equal(await sha256Of([stored]), await sha256Of(patternSource(SIZE, MIB)))
  server.disconnect()
})
