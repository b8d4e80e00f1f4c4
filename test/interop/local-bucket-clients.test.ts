import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import type { LocalBucket } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { checksum, localBucketFor, sha256 } from '../helpers/local-bucket.js'
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
