import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { GetObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import t, { type Test } from 'tap'
import { retrieveArchive, s3Client, s3Store } from '../../lib/index.js'
import type { LocalBucket } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { checksum, localBucketFor, s3ClientFor, sha256 } from '../helpers/local-bucket.js'
import { patternBytes } from '../helpers/pattern-source.js'

// Other people's clients against the local bucket. Skipped, with a plain message, where they are not installed.

const execute = promisify(execFile)

async function works(file: string, args: string[]): Promise<boolean> {
  return execute(file, args).then(
    () => true,
    () => false,
  )
}

function environment({ credentials, region }: LocalBucket): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey } = credentials
  const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
  const files = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' }
  return { ...process.env, ...keys, ...files, AWS_DEFAULT_REGION: region, AWS_PAGER: '' }
}

async function fileFor(test: Test): Promise<string> {
  const file = join(test.testdir(), 'data')
  await writeFile(file, bytes)
  return file
}

const boto3 = await works('python3', ['-c', 'import boto3'])
const awsCli = await works('aws', ['--version'])
const bytes = patternBytes(12 * MIB + 1234)
const pieces = [0, 5, 10].map((from) => bytes.subarray(from * MIB, (from + 5) * MIB))

for (const style of ['path', 'virtual']) {
  t.test(
    `boto3 stores in parts, lists, restores and reads, with addresses of the style ${style}`,
    { skip: !boto3 && 'boto3 is not installed' },
    async (t) => {
      const server = await localBucketFor(t)
      const script = fileURLToPath(new URL('boto3_bucket.py', import.meta.url))
      const endpoint = server.endpoint.replace('127.0.0.1', 'localhost')
      const args = [script, endpoint, server.region, await fileFor(t), style]
      const { stdout } = await execute('python3', args, { env: environment(server) })
      t.strictSame(JSON.parse(stdout), {
        keys: ['häuser/a b+c//x.tar', 'small/0', 'small/1', 'small/2', 'small/3', 'small/4', 'warm'],
        refused: ['InvalidObjectState', 403],
        exists: ['PreconditionFailed', 412],
        missing: ['404', 404],
        restore: (JSON.parse(stdout) as { restore: string }).restore,
        size: bytes.length,
        metadata: { owner: 'me' },
        checksumType: 'COMPOSITE',
        read: sha256(bytes).toString('hex'),
        warm: sha256(bytes).toString('hex'),
        parts: pieces.map((piece) => checksum(piece)),
        composite: checksum(Buffer.concat(pieces.map((piece) => sha256(piece)))),
      })
      t.match(stdout, /ongoing-request=\\"false\\", expiry-date=/)
    },
  )
}

t.test(
  'the aws CLI copies a pipe to a bucket and back',
  { skip: !awsCli && 'the aws CLI is not installed' },
  async (t) => {
    const server = await localBucketFor(t)
    const file = await fileFor(t)
    const aws = async (...args: string[]): Promise<string> => {
      const common = ['--endpoint-url', server.endpoint]
      return (await execute('aws', [...args, ...common], { env: environment(server) })).stdout
    }
    await aws('s3', 'mb', 's3://cli')
    await aws('s3', 'cp', file, 's3://cli/a/data', '--checksum-algorithm', 'SHA256')
    t.match(await aws('s3', 'ls', 's3://cli'), /PRE a\//)
    t.match(await aws('s3', 'ls', 's3://cli/a/'), new RegExp(`${bytes.length} data`))
    await aws('s3', 'cp', 's3://cli/a/data', `${file}.back`)
    t.ok(bytes.equals(await readFile(`${file}.back`)))
    await aws('s3', 'rm', 's3://cli/a/data')
    await aws('s3', 'rb', 's3://cli')
    t.equal((await aws('s3', 'ls')).trim(), '')
  },
)

for (const [checksumName, fields] of [
  ['the checksum that the SDK chooses', {}],
  ['SHA-256', { ChecksumAlgorithm: 'SHA256' }],
] satisfies [string, Partial<PutObjectCommandInput>][]) {
  t.test(`lib-storage stores a stream in parts, with ${checksumName}`, async (t) => {
    const server = await localBucketFor(t, { createBuckets: true })
    const client = s3ClientFor(t, server)
    const target = { Bucket: 'b-1', Key: 'lib/data' }
    const params = { ...target, ...fields, Body: Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]) }
    await new Upload({ client, partSize: 5 * MIB, params }).done()
    const { Body } = await client.send(new GetObjectCommand(target))
    t.ok(bytes.equals(await buffer(Body as Readable)), 'the SDK reads what it has stored')
    if (!('ChecksumAlgorithm' in fields)) return

    const ours = s3Client({
      endpoint: server.endpoint,
      region: server.region,
      credentials: server.credentials,
    })
    t.teardown(() => {
      ours.destroy()
    })
    const store = s3Store({ client: ours, bucket: target.Bucket, key: target.Key })
    const read = retrieveArchive({ store, archiveId: `s3://${target.Bucket}/${target.Key}` })
    t.ok(bytes.equals(await buffer(read)), 'it has the hashes by which this package verifies each part')
  })
}
