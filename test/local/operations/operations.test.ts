import { chmod, readdir, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateVaultCommand,
  DeleteArchiveCommand,
  DeleteVaultCommand,
  DescribeJobCommand,
  DescribeVaultCommand,
  GetJobOutputCommand,
  GlacierClient,
  InitiateMultipartUploadCommand,
  ListJobsCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  paginateListParts,
  ListVaultsCommand,
  UploadArchiveCommand,
  UploadMultipartPartCommand,
} from '@aws-sdk/client-glacier'
import t from 'tap'
import { startLocalVault } from '../../../lib/local/index.js'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../lib/sizes.js'
import { clock, localVaultFor } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { accountId, address, retrieve, sdkFor, upload, vaultName } from '../../helpers/sdk-client.js'

const HOUR = 3_600_000

t.test('@aws-sdk/client-glacier runs every operation of vaults, archives, uploads and jobs', async (t) => {
  const vault = await localVaultFor(t)
  const client = sdkFor(t, vault)
  t.match(await client.send(new CreateVaultCommand(address)), { location: '/111122223333/vaults/docs' })
  t.match(await client.send(new ListVaultsCommand({ accountId })), { VaultList: [{ VaultName: 'docs' }] })
  t.match(await client.send(new DescribeVaultCommand(address)), { VaultName: 'docs' })

  const small = await client.send(
    new UploadArchiveCommand({ ...address, body: Buffer.from('hello world'), archiveDescription: 'small' }),
  )
  t.equal(small.checksum, 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9')
  t.match(small.location, new RegExp(`^/111122223333/vaults/docs/archives/${String(small.archiveId)}$`))

  const bytes = patternBytes(2.5 * MIB)
  const archiveId = await upload(client, bytes, MIB, 'larger')
  const jobId = await retrieve(client, archiveId)
  t.match(await client.send(new DescribeJobCommand({ ...address, jobId })), {
    Action: 'ArchiveRetrieval',
    ArchiveId: archiveId,
    ArchiveSHA256TreeHash: treeHashOf(bytes),
    ArchiveSizeInBytes: bytes.length,
    Completed: true,
    JobId: jobId,
    RetrievalByteRange: `0-${bytes.length - 1}`,
    SHA256TreeHash: treeHashOf(bytes),
    StatusCode: 'Succeeded',
    StatusMessage: 'Succeeded',
    Tier: 'Standard',
    VaultARN: vault.region && 'arn:aws:glacier:us-east-1:111122223333:vaults/docs',
  })
  t.match(await client.send(new ListJobsCommand(address)), { JobList: [{ JobId: jobId }] })
  const output = await client.send(new GetJobOutputCommand({ ...address, jobId }))
  t.match(output, {
    status: 200,
    checksum: treeHashOf(bytes),
    acceptRanges: 'bytes',
    contentType: 'application/octet-stream',
    archiveDescription: 'larger',
  })
  t.ok(Buffer.from((await output.body?.transformToByteArray()) ?? []).equals(bytes))

  const partSize = String(MIB)
  const { uploadId } = await client.send(
    new InitiateMultipartUploadCommand({ ...address, partSize, archiveDescription: 'x' }),
  )
  t.match(await client.send(new ListMultipartUploadsCommand(address)), {
    UploadsList: [{ MultipartUploadId: uploadId, PartSizeInBytes: MIB, ArchiveDescription: 'x' }],
  })
  t.match(await client.send(new ListPartsCommand({ ...address, uploadId })), {
    PartSizeInBytes: MIB,
    Parts: { length: 0 },
  })
  await client.send(new AbortMultipartUploadCommand({ ...address, uploadId }))
  t.match(await client.send(new ListMultipartUploadsCommand(address)), { UploadsList: { length: 0 } })

  await client.send(new DeleteArchiveCommand({ ...address, archiveId }))
  await t.rejects(retrieve(client, archiveId), { name: 'ResourceNotFoundException' })
  const kept = await client.send(new GetJobOutputCommand({ ...address, jobId }))
  t.ok(Buffer.from((await kept.body?.transformToByteArray()) ?? []).equals(bytes), 'its output stays')
  await t.rejects(client.send(new DeleteVaultCommand(address)), { name: 'InvalidParameterValueException' })
})

t.test('parts are listed in order, in pages, and may be sent again', async (t) => {
  const client = sdkFor(t, await localVaultFor(t))
  await client.send(new CreateVaultCommand(address))
  const { uploadId = '' } = await client.send(
    new InitiateMultipartUploadCommand({ ...address, partSize: String(MIB) }),
  )
  const body = Buffer.alloc(MIB)
  for (let index = 119; index >= 0; index -= 2) {
    const range = `bytes ${index * MIB}-${(index + 1) * MIB - 1}/*`
    await client.send(new UploadMultipartPartCommand({ ...address, uploadId, range, body }))
  }
  const again = Buffer.alloc(MIB, 1)
  const range = `bytes ${MIB}-${2 * MIB - 1}/*`
  await client.send(new UploadMultipartPartCommand({ ...address, uploadId, range, body: again }))
  const found: (string | undefined)[] = []
  let pages = 0
  for await (const page of paginateListParts({ client }, { ...address, uploadId })) {
    pages++
    found.push(...(page.Parts ?? []).map(({ RangeInBytes }) => RangeInBytes))
    if (pages === 1) t.equal(page.Parts?.[0]?.SHA256TreeHash, treeHashOf(again))
  }
  t.equal(pages, 2)
  t.strictSame(
    found,
    Array.from({ length: 60 }, (_, i) => `${(2 * i + 1) * MIB}-${(2 * i + 2) * MIB - 1}`),
  )
})

t.test('a job takes its time, is listed by its state, and is gone a day after', async (t) => {
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now, jobDelay: 4 * HOUR })
  const { endpoint, region, credentials } = vault
  const at = (): GlacierClient => {
    const client = new GlacierClient({
      endpoint,
      region,
      credentials,
      systemClockOffset: time.time - Date.now(),
      maxAttempts: 1,
    })
    t.teardown(() => {
      client.destroy()
    })
    return client
  }
  let client = at()
  await client.send(new CreateVaultCommand(address))
  const archiveId = await upload(client, patternBytes(10), MIB)
  const first = await retrieve(client, archiveId)
  t.match(await client.send(new DescribeJobCommand({ ...address, jobId: first })), {
    Completed: false,
    StatusCode: 'InProgress',
    StatusMessage: 'Operation in progress.',
  })
  await t.rejects(client.send(new GetJobOutputCommand({ ...address, jobId: first })), {
    name: 'InvalidParameterValueException',
    message: `The job is not currently available for download: ${first}`,
  })
  time.time += 4 * HOUR
  client = at()
  const second = await retrieve(client, archiveId)
  const ids = async (filter: object): Promise<(string | undefined)[]> =>
    ((await client.send(new ListJobsCommand({ ...address, ...filter }))).JobList ?? []).map(
      ({ JobId }) => JobId,
    )
  t.strictSame(await ids({}), [first, second], 'in the order they were started')
  t.strictSame(await ids({ statuscode: 'Succeeded' }), [first])
  t.strictSame(await ids({ completed: 'false' }), [second])
  t.strictSame(await ids({ statuscode: 'InProgress', completed: 'true' }), [])
  t.strictSame(await ids({ limit: 1 }), [first])
  await t.rejects(ids({ statuscode: 'finished' }), { message: 'The job status code is not valid: finished' })
  await t.rejects(ids({ completed: 'maybe' }), { message: 'Invalid completed: maybe' })
  time.time += 24 * HOUR + 1000
  client = at()
  await t.rejects(client.send(new DescribeJobCommand({ ...address, jobId: first })), {
    name: 'ResourceNotFoundException',
    message: `The job ID was not found: ${first}`,
  })
  t.strictSame(await ids({}), [second])
})

t.test('missing vaults are made where the local vault was told so', async (t) => {
  const client = sdkFor(t, await localVaultFor(t, { createVaults: true }))
  t.ok(await upload(client, patternBytes(10), MIB))
  t.ok(
    await client.send(new UploadArchiveCommand({ ...address, vaultName: 'other', body: Buffer.from('x') })),
  )
  t.match(await client.send(new ListVaultsCommand({ accountId })), {
    VaultList: [{ VaultName: 'docs' }, { VaultName: 'other' }],
  })
  await t.rejects(client.send(new DescribeVaultCommand({ ...address, vaultName: 'third' })), {
    name: 'ResourceNotFoundException',
  })
})

t.test('a second server on the folder, and one started later, know all that was acknowledged', async (t) => {
  const dir = t.testdir()
  const [one, two] = await Promise.all([localVaultFor(t, { dir }), localVaultFor(t, { dir })])
  t.strictSame(one.credentials, two.credentials, 'they agree on one key pair')
  t.match(one.credentials, { accessKeyId: /^AKIA[A-Z2-7]{16}$/, secretAccessKey: /^[\w+/]{40}$/ })
  const [first, second] = [sdkFor(t, one), sdkFor(t, two)]
  await first.send(new CreateVaultCommand(address))
  const bytes = patternBytes(2 * MIB + 9)
  const { uploadId } = await first.send(
    new InitiateMultipartUploadCommand({ ...address, partSize: String(MIB) }),
  )
  for (const [client, start] of [
    [first, 0],
    [second, MIB],
    [first, 2 * MIB],
  ] as const) {
    const body = bytes.subarray(start, start + MIB)
    await client.send(
      new UploadMultipartPartCommand({
        ...address,
        uploadId,
        range: `bytes ${start}-${start + body.length - 1}/*`,
        body,
      }),
    )
  }
  await one.close()
  const third = sdkFor(t, await localVaultFor(t, { dir }))
  const complete = new CompleteMultipartUploadCommand({
    ...address,
    uploadId,
    archiveSize: String(bytes.length),
    checksum: treeHashOf(bytes),
  })
  const [a, b] = await Promise.all(
    [third.send(complete), second.send(complete)].map((sent) => sent.catch((error: unknown) => error)),
  )
  const { archiveId } = (await second.send(complete)) as { archiveId: string }
  t.match([a, b], [{ archiveId }, { archiveId }], 'completed at once by two processes, it is one archive')
  const jobId = await retrieve(third, archiveId)
  const output = await second.send(new GetJobOutputCommand({ ...address, jobId }))
  t.ok(Buffer.from((await output.body?.transformToByteArray()) ?? []).equals(bytes))
})

t.test('a completion that was cut off between its steps is finished by repeating it', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  const client = sdkFor(t, vault)
  await client.send(new CreateVaultCommand(address))
  const bytes = patternBytes(MIB + 1)
  const { uploadId = '' } = await client.send(
    new InitiateMultipartUploadCommand({ ...address, partSize: String(MIB) }),
  )
  for (const start of [0, MIB]) {
    const body = bytes.subarray(start, start + MIB)
    await client.send(
      new UploadMultipartPartCommand({
        ...address,
        uploadId,
        range: `bytes ${start}-${start + body.length - 1}/*`,
        body,
      }),
    )
  }
  const complete = new CompleteMultipartUploadCommand({
    ...address,
    uploadId,
    archiveSize: String(bytes.length),
    checksum: treeHashOf(bytes),
  })
  const { archiveId = '' } = await client.send(complete)
  // As if the process had ended after the archive was decided on and before its folder was renamed.
  const base = join(dir, 'vaults', vaultName)
  await rename(join(base, 'archives', archiveId), join(base, 'uploads', uploadId))
  await t.rejects(retrieve(client, archiveId), { name: 'ResourceNotFoundException' })
  t.match(
    await client.send(new ListMultipartUploadsCommand(address)),
    { UploadsList: { length: 0 } },
    'it takes no more parts',
  )
  t.match(await client.send(complete), { archiveId })
  t.ok(await retrieve(client, archiveId))
})

t.test('everything is for its owner alone, and nothing unfinished stays', async (t) => {
  const dir = join(t.testdir(), 'deep', 'vaults')
  const client = sdkFor(t, await localVaultFor(t, { dir }))
  await client.send(new CreateVaultCommand(address))
  await retrieve(client, await upload(client, patternBytes(MIB + 5), MIB))
  await client.send(new InitiateMultipartUploadCommand({ ...address, partSize: String(MIB) }))
  const wrong = new UploadArchiveCommand({ ...address, body: Buffer.from('x'), checksum: 'f'.repeat(64) })
  await t.rejects(client.send(wrong), { name: 'InvalidParameterValueException' })
  t.strictSame(await readdir(join(dir, 'tmp')), [])
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const mode = (await stat(path)).mode & 0o777
    t.equal(mode, entry.isDirectory() ? 0o700 : 0o600, path.slice(dir.length))
  }
  t.equal((await stat(dir)).mode & 0o777, 0o700)
})

t.test('a vault that cannot be read is an error of the server, told as one', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  const client = sdkFor(t, vault)
  await client.send(new CreateVaultCommand(address))
  await writeFile(join(dir, 'vaults', vaultName, 'vault.json'), '{')
  const failure = { name: 'LocalStorageException', $metadata: { httpStatusCode: 507 } }
  await t.rejects(client.send(new DescribeVaultCommand(address)), failure)
  t.match(
    await client.send(new ListVaultsCommand({ accountId })),
    { VaultList: { length: 0 } },
    'others are listed',
  )
  await t.rejects(startLocalVault({ dir: join(dir, 'credentials.json') }), { code: /EEXIST|ENOTDIR/ })
  await chmod(dir, 0o700)
})
