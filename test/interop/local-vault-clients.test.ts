import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { ROUTES } from '../../lib/local/http/routes.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { serve } from '../helpers/command.js'
import { patternBytes } from '../helpers/pattern-source.js'

// Other people's clients against `glacier-pipe serve`. Skipped, with a plain message, where they are not installed.

const execute = promisify(execFile)

/** Runs `serve` for a test; what its clients' environment must be. */
async function serveFor(test: Test): Promise<{ endpoint: string; region: string; env: NodeJS.ProcessEnv }> {
  const { endpoint, region, keys } = await serve(test, join(test.testdirName, 'vaults'), '0', [
    '--inventory-interval',
    '0',
  ])
  return { endpoint, region, env: { ...process.env, ...keys, AWS_DEFAULT_REGION: region, AWS_PAGER: '' } }
}

type Cli = (operation: string, ...args: string[]) => Promise<Record<string, unknown>>

/** Runs the aws CLI; what it printed. */
function cliFor(endpoint: string, env: NodeJS.ProcessEnv, called = new Set<string>()): Cli {
  return async (operation, ...args) => {
    called.add(operation)
    const common = ['--account-id', '-', '--endpoint-url', endpoint, '--output', 'json']
    const { stdout } = await execute('aws', ['glacier', operation, ...common, ...args], { env })
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>)
  }
}

async function works(file: string, args: string[]): Promise<boolean> {
  return execute(file, args).then(
    () => true,
    () => false,
  )
}

const boto3 = await works('python3', ['-c', 'import boto3'])
const awsCli = await works('aws', ['--version'])
const size = 7 * MIB + 1234
const bytes = patternBytes(size)
const partHashes = [0, 2, 4, 6].map((from) => treeHashOf(bytes.subarray(from * MIB, (from + 2) * MIB)))

t.test(
  'boto3 uploads, lists, completes and retrieves, and agrees on every hash',
  { skip: !boto3 && 'boto3 is not installed' },
  async (t) => {
    const file = join(t.testdir(), 'data')
    await writeFile(file, bytes)
    const { endpoint, region, env } = await serveFor(t)
    const script = fileURLToPath(new URL('boto3_roundtrip.py', import.meta.url))
    const { stdout } = await execute('python3', [script, endpoint, region, file], { env })
    const treeHash = treeHashOf(bytes)
    t.strictSame(JSON.parse(stdout), {
      treeHash,
      archiveHash: treeHash,
      jobHash: treeHash,
      outputHash: treeHash,
      rangeHash: partHashes[1],
      rangeStatus: 206,
      partHashes,
      same: true,
      vaults: ['boto3'],
      jobs: 1,
      refused: 'ResourceNotFoundException',
    })
  },
)

t.test(
  'boto3 runs every operation, paginator and waiter it has',
  { skip: !boto3 && 'boto3 is not installed' },
  async (t) => {
    t.testdir()
    const { endpoint, region, env } = await serveFor(t)
    const script = fileURLToPath(new URL('boto3_operations.py', import.meta.url))
    const { stdout } = await execute('python3', [script, endpoint, region], { env })
    t.strictSame(JSON.parse(stdout), {
      vaults: 13,
      treeHash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
      count: 1,
      parts: ['0-10'],
      uploads: 52,
      marker: true,
      inventory: 1,
      output: [206, 'bytes 0-4/11', 'hello'],
      jobs: 52,
      tags: { b: '2' },
      topic: 'arn:aws:sns:us-east-1:111122223333:topic',
      policy: true,
      lock: 'Locked',
      rule: 'BytesPerHour',
      capacity: 1,
      missing: [],
    })
  },
)

t.test(
  'the aws CLI uploads, lists, completes and retrieves',
  { skip: !awsCli && 'the aws CLI is not installed' },
  async (t) => {
    const dir = t.testdir()
    const { endpoint, env } = await serveFor(t)
    const aws = cliFor(endpoint, env)
    const vault = ['--vault-name', 'cli']
    await aws('create-vault', ...vault)
    const { uploadId } = await aws(
      'initiate-multipart-upload',
      ...vault,
      '--part-size',
      String(2 * MIB),
      '--archive-description',
      'from the CLI',
    )
    const upload = [...vault, `--upload-id=${String(uploadId)}`]
    for (const [index, wanted] of partHashes.entries()) {
      const part = bytes.subarray(index * 2 * MIB, (index + 1) * 2 * MIB)
      const file = join(dir, `part-${index}`)
      await writeFile(file, part)
      const range = `bytes ${index * 2 * MIB}-${index * 2 * MIB + part.length - 1}/*`
      t.match(await aws('upload-multipart-part', ...upload, '--range', range, '--body', file), {
        checksum: wanted,
      })
    }
    const listed = await aws('list-parts', ...upload)
    t.match(
      listed.Parts,
      partHashes.map((SHA256TreeHash) => ({ SHA256TreeHash })),
    )
    const treeHash = treeHashOf(bytes)
    const archive = await aws(
      'complete-multipart-upload',
      ...upload,
      '--archive-size',
      String(size),
      '--checksum',
      treeHash,
    )
    t.match(archive, { checksum: treeHash })
    const job = { Type: 'archive-retrieval', ArchiveId: archive.archiveId }
    const { jobId } = await aws('initiate-job', ...vault, '--job-parameters', JSON.stringify(job))
    t.match(await aws('describe-job', ...vault, `--job-id=${String(jobId)}`), {
      SHA256TreeHash: treeHash,
      Completed: true,
    })
    const out = join(dir, 'out')
    const output = await aws('get-job-output', ...vault, `--job-id=${String(jobId)}`, out)
    t.match(output, { checksum: treeHash, status: 200 })
    t.ok((await readFile(out)).equals(bytes))
    t.match(await aws('list-vaults'), { VaultList: [{ VaultName: 'cli' }] })
  },
)

t.test(
  'the aws CLI runs every operation and waiter it has',
  { skip: !awsCli && 'the aws CLI is not installed' },
  async (t) => {
    const dir = t.testdir({ hello: 'hello world' })
    const { endpoint, env } = await serveFor(t)
    const called = new Set<string>()
    const aws = cliFor(endpoint, env, called)
    const vault = ['--vault-name', 'cli']
    const treeHash = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'
    const policy = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'glacier:*' }] })
    const policyIn = JSON.stringify({ Policy: policy })
    await aws('create-vault', ...vault)
    await execute(
      'aws',
      ['glacier', 'wait', 'vault-exists', '--account-id', '-', '--endpoint-url', endpoint, ...vault],
      { env },
    )
    t.match(await aws('upload-archive', ...vault, '--body', join(dir, 'hello')), { checksum: treeHash })
    t.match(await aws('describe-vault', ...vault), { NumberOfArchives: 1 })
    t.match(await aws('list-vaults'), { VaultList: [{ VaultName: 'cli' }] })

    const { uploadId } = await aws('initiate-multipart-upload', ...vault, '--part-size', '1048576')
    const upload = [...vault, `--upload-id=${String(uploadId)}`]
    t.match(
      await aws('upload-multipart-part', ...upload, '--range', 'bytes 0-10/*', '--body', join(dir, 'hello')),
      {
        checksum: treeHash,
      },
    )
    t.match(await aws('list-multipart-uploads', ...vault), { UploadsList: [{ MultipartUploadId: uploadId }] })
    t.match(await aws('list-parts', ...upload), { Parts: [{ RangeInBytes: '0-10' }] })
    const completing = [...upload, '--archive-size', '11', '--checksum', treeHash]
    const { archiveId } = await aws('complete-multipart-upload', ...completing)
    t.match(await aws('complete-multipart-upload', ...completing), { archiveId }, 'again')
    const other = await aws('initiate-multipart-upload', ...vault, '--part-size', '1048576')
    await aws('abort-multipart-upload', ...vault, `--upload-id=${String(other.uploadId)}`)

    const { jobId } = await aws(
      'initiate-job',
      ...vault,
      '--job-parameters',
      JSON.stringify({ Type: 'inventory-retrieval', Format: 'CSV' }),
    )
    t.match(await aws('describe-job', ...vault, `--job-id=${String(jobId)}`), {
      Action: 'InventoryRetrieval',
    })
    t.match(await aws('list-jobs', ...vault, '--completed', 'true'), { JobList: [{ JobId: jobId }] })
    const out = join(dir, 'out')
    await aws('get-job-output', ...vault, `--job-id=${String(jobId)}`, out)
    t.equal((await readFile(out, 'utf8')).trim().split('\n').length, 3, 'a header and two rows')
    await aws('delete-archive', ...vault, `--archive-id=${String(archiveId)}`)

    await aws('add-tags-to-vault', ...vault, '--tags', 'a=1,b=2')
    await aws('remove-tags-from-vault', ...vault, '--tag-keys', 'a')
    t.match(await aws('list-tags-for-vault', ...vault), { Tags: { b: '2' } })
    const config = { SNSTopic: 'arn:aws:sns:us-east-1:111122223333:t', Events: ['ArchiveRetrievalCompleted'] }
    await aws('set-vault-notifications', ...vault, '--vault-notification-config', JSON.stringify(config))
    t.match(await aws('get-vault-notifications', ...vault), { vaultNotificationConfig: config })
    await aws('delete-vault-notifications', ...vault)
    await aws('set-vault-access-policy', ...vault, '--policy', policyIn)
    t.match(await aws('get-vault-access-policy', ...vault), { policy: { Policy: policy } })
    await aws('delete-vault-access-policy', ...vault)
    await aws('initiate-vault-lock', ...vault, '--policy', policyIn)
    await aws('abort-vault-lock', ...vault)
    const { lockId } = await aws('initiate-vault-lock', ...vault, '--policy', policyIn)
    await aws('complete-vault-lock', ...vault, `--lock-id=${String(lockId)}`)
    t.match(await aws('get-vault-lock', ...vault), { State: 'Locked' })
    await aws('set-data-retrieval-policy', '--policy', JSON.stringify({ Rules: [{ Strategy: 'FreeTier' }] }))
    t.match(await aws('get-data-retrieval-policy'), { Policy: { Rules: [{ Strategy: 'FreeTier' }] } })
    const { capacityId } = await aws('purchase-provisioned-capacity')
    t.match(await aws('list-provisioned-capacity'), { ProvisionedCapacityList: [{ CapacityId: capacityId }] })
    await aws('create-vault', '--vault-name', 'empty')
    await aws('delete-vault', '--vault-name', 'empty')
    await execute(
      'aws',
      [
        'glacier',
        'wait',
        'vault-not-exists',
        '--account-id',
        '-',
        '--endpoint-url',
        endpoint,
        '--vault-name',
        'empty',
      ],
      { env },
    )
    const wanted = ROUTES.map(({ operation }) => operation.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase())
    t.strictSame([...called].sort(), wanted.sort(), 'these are all')
  },
)
