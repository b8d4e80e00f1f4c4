import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { serve } from '../helpers/command.js'
import { patternBytes } from '../helpers/pattern-source.js'

// Other people's clients against `glacier-pipe serve`. Skipped, with a plain message, where they are not installed.

const MIB = 1_048_576
const execute = promisify(execFile)

/** Runs `serve` for a test; what its clients' environment must be. */
async function serveFor(test: Test): Promise<{ endpoint: string; region: string; env: NodeJS.ProcessEnv }> {
  const { endpoint, region, keys } = await serve(test, join(test.testdirName, 'vaults'))
  return { endpoint, region, env: { ...process.env, ...keys, AWS_DEFAULT_REGION: region, AWS_PAGER: '' } }
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

t.test('the aws CLI does the same', { skip: !awsCli && 'the aws CLI is not installed' }, async (t) => {
  const dir = t.testdir()
  const { endpoint, env } = await serveFor(t)
  const aws = async (operation: string, ...args: string[]): Promise<Record<string, unknown>> => {
    const all = [
      'glacier',
      operation,
      '--account-id',
      '-',
      '--endpoint-url',
      endpoint,
      '--output',
      'json',
      ...args,
    ]
    const { stdout } = await execute('aws', all, { env })
    return stdout.trim() === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>)
  }
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
})
