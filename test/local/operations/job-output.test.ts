import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateVaultCommand,
  DeleteArchiveCommand,
  DescribeJobCommand,
  GetJobOutputCommand,
} from '@aws-sdk/client-glacier'
import t from 'tap'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { isTreeHashAligned } from '../../../lib/tree-hash/aligned-ranges.js'
import { MIB } from '../../../lib/sizes.js'
import { localVaultFor } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { address, retrieve, sdkFor, upload, vaultName } from '../../helpers/sdk-client.js'

const HOUR = 3_600_000

t.test(
  'an output has a tree hash just where job and range are aligned, and it is that of the bytes',
  async (t) => {
    const client = sdkFor(t, await localVaultFor(t))
    await client.send(new CreateVaultCommand(address))
    const bytes = patternBytes(6.5 * MIB)
    for (const partSize of [MIB, 4 * MIB, 16 * MIB]) {
      const archiveId = await upload(client, bytes, partSize)
      const jobId = await retrieve(client, archiveId)
      for (let start = 0; start < 7; start++) {
        for (let end = start + 1; end <= 7; end++) {
          const to = Math.min(end * MIB, bytes.length)
          const output = await client.send(
            new GetJobOutputCommand({ ...address, jobId, range: `bytes=${start * MIB}-${to - 1}` }),
          )
          const part = bytes.subarray(start * MIB, to)
          const aligned = isTreeHashAligned({ start: start * MIB, end: to }, bytes.length)
          t.equal(
            output.checksum,
            aligned ? treeHashOf(part) : undefined,
            `[${start}, ${end}) in parts of ${partSize}`,
          )
          t.equal(output.contentRange, `bytes ${start * MIB}-${to - 1}/${bytes.length}`)
          t.ok(Buffer.from((await output.body?.transformToByteArray()) ?? []).equals(part))
        }
      }
    }
  },
)

t.test('a job may be for a range of an archive', async (t) => {
  const client = sdkFor(t, await localVaultFor(t))
  await client.send(new CreateVaultCommand(address))
  const bytes = patternBytes(6.5 * MIB)
  const archiveId = await upload(client, bytes, 2 * MIB)
  const aligned = await retrieve(client, archiveId, `${4 * MIB}-${bytes.length - 1}`)
  t.match(await client.send(new DescribeJobCommand({ ...address, jobId: aligned })), {
    ArchiveSizeInBytes: bytes.length,
    RetrievalByteRange: `${4 * MIB}-${bytes.length - 1}`,
    SHA256TreeHash: treeHashOf(bytes.subarray(4 * MIB)),
  })
  const output = await client.send(
    new GetJobOutputCommand({ ...address, jobId: aligned, range: `bytes=0-${MIB - 1}` }),
  )
  t.match(output, { status: 206, checksum: treeHashOf(bytes.subarray(4 * MIB, 5 * MIB)) })
  t.ok(
    Buffer.from((await output.body?.transformToByteArray()) ?? []).equals(bytes.subarray(4 * MIB, 5 * MIB)),
  )

  const crooked = await retrieve(client, archiveId, `${MIB}-${3 * MIB - 1}`)
  const described = await client.send(new DescribeJobCommand({ ...address, jobId: crooked }))
  t.notOk(described.SHA256TreeHash)
  const part = await client.send(
    new GetJobOutputCommand({ ...address, jobId: crooked, range: `bytes=0-${MIB - 1}` }),
  )
  t.equal(part.checksum, undefined, 'never a hash where the job is not aligned')

  for (const range of ['0-1', '1-1048576', `0-${7 * MIB - 1}`, 'x', '9-8', `${8 * MIB}-${9 * MIB - 1}`]) {
    await t.rejects(retrieve(client, archiveId, range), { name: 'InvalidParameterValueException' }, range)
  }
})

t.test(
  'a Range that cannot be read is ignored, one past the end refused, one over the end cut',
  async (t) => {
    const client = sdkFor(t, await localVaultFor(t))
    await client.send(new CreateVaultCommand(address))
    const bytes = patternBytes(1000)
    const archiveId = await upload(client, bytes, MIB)
    const jobId = await retrieve(client, archiveId)
    for (const range of ['bytes 0-9', 'bytes=9-0', '0-9', 'lines=0-9', 'bytes=x-9']) {
      const whole = await client.send(new GetJobOutputCommand({ ...address, jobId, range }))
      t.match(whole, { status: 200, contentRange: undefined }, range)
      t.equal((await whole.body?.transformToByteArray())?.length, 1000)
    }
    await t.rejects(client.send(new GetJobOutputCommand({ ...address, jobId, range: 'bytes=1000-1009' })), {
      name: 'InvalidParameterValueException',
      message: 'The start of the range is larger than size of retrieved data: bytes=1000-1009',
    })
    const cut = await client.send(new GetJobOutputCommand({ ...address, jobId, range: 'bytes=990-5000' }))
    t.match(cut, { status: 206, contentRange: 'bytes 990-999/1000' })
    t.ok(Buffer.from((await cut.body?.transformToByteArray()) ?? []).equals(bytes.subarray(990)))
  },
)

t.test('the bytes of a deleted archive stay while a job for it lasts, and then go', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  const client = sdkFor(t, vault)
  await client.send(new CreateVaultCommand(address))
  const base = join(dir, 'vaults', vaultName)
  await rm(join(base, 'retained'), { recursive: true }) // as in the folder of an older version
  const bytes = patternBytes(2 * MIB)
  const archiveId = await upload(client, bytes, MIB)
  const jobId = await retrieve(client, archiveId)
  await client.send(new DeleteArchiveCommand({ ...address, archiveId }))
  t.strictSame(await readdir(join(base, 'archives')), [])
  t.strictSame(await readdir(join(base, 'retained')), [archiveId])
  const part = await client.send(new GetJobOutputCommand({ ...address, jobId, range: `bytes=0-${MIB - 1}` }))
  t.equal(part.checksum, treeHashOf(bytes.subarray(0, MIB)))
  await part.body?.transformToByteArray()
  await t.rejects(retrieve(client, archiveId), { name: 'ResourceNotFoundException' })
  vault.control.advanceClock(25 * HOUR)
  await client.send(new DeleteArchiveCommand({ ...address, archiveId }))
  t.strictSame(await readdir(join(base, 'retained')), [])
  const other = await upload(client, bytes, MIB)
  const lost = await retrieve(client, other)
  await rm(join(base, 'archives', other), { recursive: true })
  await t.rejects(client.send(new GetJobOutputCommand({ ...address, jobId: lost })), {
    name: 'ResourceNotFoundException',
  })
})

t.test('an output whose file is gone is refused, not ended as if it were whole', async (t) => {
  const dir = t.testdir()
  const client = sdkFor(t, await localVaultFor(t, { dir }))
  await client.send(new CreateVaultCommand(address))
  const archiveId = await upload(client, patternBytes(3 * MIB), MIB)
  const jobId = await retrieve(client, archiveId)
  await rename(join(dir, 'vaults', vaultName, 'archives', archiveId, '00001.part'), join(dir, 'gone'))
  await t.rejects(client.send(new GetJobOutputCommand({ ...address, jobId })), {
    name: 'LocalStorageException',
    message: /^The archive \S+ in the vault docs is damaged: its part 2 is missing or incomplete/,
  })
  t.ok(
    await client.send(new GetJobOutputCommand({ ...address, jobId, range: 'bytes=0-9' })),
    'the rest is there',
  )
})
