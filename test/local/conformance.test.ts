import {
  AbortMultipartUploadCommand,
  AbortVaultLockCommand,
  AddTagsToVaultCommand,
  CompleteMultipartUploadCommand,
  CompleteVaultLockCommand,
  CreateVaultCommand,
  DeleteArchiveCommand,
  DeleteVaultAccessPolicyCommand,
  DeleteVaultCommand,
  DeleteVaultNotificationsCommand,
  DescribeJobCommand,
  DescribeVaultCommand,
  GetDataRetrievalPolicyCommand,
  GetJobOutputCommand,
  GetVaultAccessPolicyCommand,
  GetVaultLockCommand,
  GetVaultNotificationsCommand,
  GlacierClient,
  InitiateJobCommand,
  InitiateMultipartUploadCommand,
  InitiateVaultLockCommand,
  ListJobsCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  ListProvisionedCapacityCommand,
  ListTagsForVaultCommand,
  ListVaultsCommand,
  PurchaseProvisionedCapacityCommand,
  RemoveTagsFromVaultCommand,
  SetDataRetrievalPolicyCommand,
  SetVaultAccessPolicyCommand,
  SetVaultNotificationsCommand,
  UploadArchiveCommand,
  UploadMultipartPartCommand,
} from '@aws-sdk/client-glacier'
import { rm } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { LocalVault } from '../../lib/local/index.js'
import { ROUTES } from '../../lib/local/http/routes.js'
import { MIB } from '../../lib/sizes.js'
import { hashHeaders, localVaultFor, send, type RawRequest } from '../helpers/local-vault.js'

// Every operation of the service's model: once with the SDK's own client, once as it goes on the wire.

const TIME = Date.parse('2012-03-20T17:03:43.221Z')
const DATE = '2012-03-20T17:03:43.221Z'
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:topic`
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"glacier:GetJobOutput"}]}'
const DESCRIPTION = 'say "hi", \\'
const HELLO = Buffer.from('hello world')
const HELLO_HASH = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'
const PART = Buffer.alloc(MIB)
const PART_HASH = '30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58'

/** A vault with something of everything in it, at a clock that stands still. */
interface World {
  readonly vault: LocalVault
  readonly client: GlacierClient
  readonly archiveId: string
  readonly uploadId: string
  readonly jobId: string
  readonly lockId: string
  readonly capacityId: string
}

const accountId = '-'
const docs = { accountId, vaultName: 'docs' }
const locked = { accountId, vaultName: 'locked' }

async function worldFor(test: Test): Promise<World> {
  const vault = await localVaultFor(test, { now: () => TIME })
  const { endpoint, region, credentials } = vault
  // The machine's clock and the vault's are years apart: the client is told, as it otherwise finds out by itself.
  const client = new GlacierClient({
    endpoint,
    region,
    credentials,
    systemClockOffset: TIME - Date.now(),
    maxAttempts: 1,
  })
  test.teardown(() => {
    client.destroy()
  })
  await client.send(new CreateVaultCommand(docs))
  await client.send(new CreateVaultCommand(locked))
  const archiveDescription = DESCRIPTION
  const { archiveId = '' } = await client.send(
    new UploadArchiveCommand({ ...docs, body: HELLO, archiveDescription }),
  )
  const { uploadId = '' } = await client.send(
    new InitiateMultipartUploadCommand({ ...docs, partSize: String(MIB), archiveDescription: 'open' }),
  )
  const range = `bytes 0-${MIB - 1}/*`
  await client.send(new UploadMultipartPartCommand({ ...docs, uploadId, range, body: PART }))
  await vault.control.takeInventory('docs')
  const { jobId = '' } = await client.send(
    new InitiateJobCommand({
      ...docs,
      jobParameters: { Type: 'archive-retrieval', ArchiveId: archiveId, Description: 'a job' },
    }),
  )
  await client.send(new AddTagsToVaultCommand({ ...docs, Tags: { b: '2', a: '1' } }))
  const vaultNotificationConfig = { SNSTopic: TOPIC, Events: ['ArchiveRetrievalCompleted'] }
  await client.send(new SetVaultNotificationsCommand({ ...docs, vaultNotificationConfig }))
  await client.send(new SetVaultAccessPolicyCommand({ ...docs, policy: { Policy: ALLOWING } }))
  const { lockId = '' } = await client.send(
    new InitiateVaultLockCommand({ ...locked, policy: { Policy: ALLOWING } }),
  )
  const { capacityId = '' } = await client.send(new PurchaseProvisionedCapacityCommand({ accountId }))
  return { vault, client, archiveId, uploadId, jobId, lockId, capacityId }
}

const ALLOWING = POLICY.replace('Deny', 'Allow')

interface Row {
  readonly sdk: (world: World) => Promise<unknown>
  /** The output that the SDK makes of the response. */
  readonly gives?: (world: World) => object
  readonly raw: (world: World) => RawRequest
  readonly status: number
  readonly headers?: (world: World) => object
  /** The body, byte for byte; default none. */
  readonly body?: (world: World) => string
}

const json = 'application/json'
const inDocs = (rest = ''): string => `/-/vaults/docs${rest}`
const inLocked = (rest: string): string => `/-/vaults/locked/lock-policy${rest}`

const TABLE: Record<string, Row> = {
  ListVaults: {
    sdk: ({ client }) => client.send(new ListVaultsCommand({ accountId })),
    gives: () => ({ VaultList: [{ VaultName: 'docs', VaultARN: ARN, NumberOfArchives: 1 }] }),
    raw: () => ({ method: 'GET', path: '/-/vaults' }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () => `{"Marker":null,"VaultList":[${vaultText()},${LOCKED}]}`,
  },
  CreateVault: {
    sdk: ({ client }) => client.send(new CreateVaultCommand({ accountId, vaultName: 'more' })),
    gives: () => ({ location: `/${ACCOUNT}/vaults/more` }),
    raw: () => ({ method: 'PUT', path: '/-/vaults/more' }),
    status: 201,
    headers: () => ({ location: `/${ACCOUNT}/vaults/more`, 'content-length': '0' }),
  },
  DescribeVault: {
    sdk: ({ client }) => client.send(new DescribeVaultCommand(docs)),
    gives: () => ({ SizeInBytes: 11 + 32_768, LastInventoryDate: DATE }),
    raw: () => ({ method: 'GET', path: inDocs() }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () => vaultText(),
  },
  DeleteVault: {
    sdk: ({ client }) => client.send(new DeleteVaultCommand({ accountId, vaultName: 'none' })),
    raw: () => ({ method: 'DELETE', path: '/-/vaults/none' }),
    status: 204,
  },
  UploadArchive: {
    sdk: ({ client }) => client.send(new UploadArchiveCommand({ ...docs, body: HELLO })),
    gives: () => ({ checksum: HELLO_HASH, archiveId: /^[\w-]{138}$/ }),
    raw: () => ({ method: 'POST', path: inDocs('/archives'), headers: hashHeaders(HELLO), body: HELLO }),
    status: 201,
    headers: () => ({
      location: new RegExp(`^/${ACCOUNT}/vaults/docs/archives/[\\w-]{138}$`),
      'x-amz-archive-id': /^[\w-]{138}$/,
      'x-amz-sha256-tree-hash': HELLO_HASH,
      'content-length': '0',
    }),
  },
  DeleteArchive: {
    sdk: ({ client, archiveId }) => client.send(new DeleteArchiveCommand({ ...docs, archiveId })),
    raw: ({ archiveId }) => ({ method: 'DELETE', path: inDocs(`/archives/${archiveId}`) }),
    status: 204,
  },
  InitiateMultipartUpload: {
    sdk: ({ client }) =>
      client.send(new InitiateMultipartUploadCommand({ ...docs, partSize: String(4 * MIB) })),
    gives: () => ({ uploadId: /^[\w-]{92}$/ }),
    raw: () => ({
      method: 'POST',
      path: inDocs('/multipart-uploads'),
      headers: { 'x-amz-part-size': '4194304', 'x-amz-archive-description': '  led by spaces' },
    }),
    status: 201,
    headers: () => ({
      location: new RegExp(`^/${ACCOUNT}/vaults/docs/multipart-uploads/[\\w-]{92}$`),
      'x-amz-multipart-upload-id': /^[\w-]{92}$/,
      'content-length': '0',
    }),
  },
  ListMultipartUploads: {
    sdk: ({ client }) => client.send(new ListMultipartUploadsCommand(docs)),
    gives: ({ uploadId }) => ({ UploadsList: [{ MultipartUploadId: uploadId }] }),
    raw: () => ({ method: 'GET', path: inDocs('/multipart-uploads') }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: ({ uploadId }) =>
      `{"Marker":null,"UploadsList":[{"ArchiveDescription":"open","CreationDate":"${DATE}",` +
      `"MultipartUploadId":"${uploadId}","PartSizeInBytes":1048576,"VaultARN":"${ARN}"}]}`,
  },
  UploadMultipartPart: {
    sdk: ({ client, uploadId }) =>
      client.send(
        new UploadMultipartPartCommand({
          ...docs,
          uploadId,
          range: `bytes ${MIB}-${MIB + 10}/*`,
          body: HELLO,
        }),
      ),
    gives: () => ({ checksum: HELLO_HASH }),
    raw: ({ uploadId }) => ({
      method: 'PUT',
      path: inDocs(`/multipart-uploads/${uploadId}`),
      headers: { ...hashHeaders(HELLO), 'content-range': `bytes ${MIB}-${MIB + 10}/*` },
      body: HELLO,
    }),
    status: 204,
    headers: () => ({ 'x-amz-sha256-tree-hash': HELLO_HASH }),
  },
  CompleteMultipartUpload: {
    sdk: ({ client, uploadId }) =>
      client.send(
        new CompleteMultipartUploadCommand({
          ...docs,
          uploadId,
          archiveSize: String(MIB),
          checksum: PART_HASH,
        }),
      ),
    gives: () => ({ checksum: PART_HASH, archiveId: /^[\w-]{138}$/ }),
    raw: ({ uploadId }) => ({
      method: 'POST',
      path: inDocs(`/multipart-uploads/${uploadId}`),
      headers: { 'x-amz-archive-size': String(MIB), 'x-amz-sha256-tree-hash': PART_HASH },
    }),
    status: 201,
    headers: () => ({
      location: new RegExp(`^/${ACCOUNT}/vaults/docs/archives/[\\w-]{138}$`),
      'x-amz-archive-id': /^[\w-]{138}$/,
      'content-length': '0',
    }),
  },
  AbortMultipartUpload: {
    sdk: ({ client, uploadId }) => client.send(new AbortMultipartUploadCommand({ ...docs, uploadId })),
    raw: ({ uploadId }) => ({ method: 'DELETE', path: inDocs(`/multipart-uploads/${uploadId}`) }),
    status: 204,
  },
  ListParts: {
    sdk: ({ client, uploadId }) => client.send(new ListPartsCommand({ ...docs, uploadId })),
    gives: () => ({ Parts: [{ RangeInBytes: '0-1048575', SHA256TreeHash: PART_HASH }] }),
    raw: ({ uploadId }) => ({ method: 'GET', path: inDocs(`/multipart-uploads/${uploadId}`) }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: ({ uploadId }) =>
      `{"ArchiveDescription":"open","CreationDate":"${DATE}","MultipartUploadId":"${uploadId}",` +
      `"PartSizeInBytes":1048576,"VaultARN":"${ARN}","Marker":null,` +
      `"Parts":[{"RangeInBytes":"0-1048575","SHA256TreeHash":"${PART_HASH}"}]}`,
  },
  InitiateJob: {
    sdk: ({ client }) =>
      client.send(new InitiateJobCommand({ ...docs, jobParameters: { Type: 'inventory-retrieval' } })),
    gives: () => ({ jobId: /^[\w-]{92}$/ }),
    raw: () => ({
      method: 'POST',
      path: inDocs('/jobs'),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '{"Type":"inventory-retrieval","SNSTopic":null,"Description":null}',
    }),
    status: 202,
    headers: () => ({
      location: new RegExp(`^/${ACCOUNT}/vaults/docs/jobs/[\\w-]{92}$`),
      'x-amz-job-id': /^[\w-]{92}$/,
      'content-length': '0',
    }),
  },
  ListJobs: {
    sdk: ({ client }) =>
      client.send(new ListJobsCommand({ ...docs, completed: 'true', statuscode: 'Succeeded' })),
    gives: ({ jobId }) => ({ JobList: [{ JobId: jobId }] }),
    raw: () => ({ method: 'GET', path: inDocs('/jobs?completed=true&marker=&limit=10') }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: (world) => `{"JobList":[${jobText(world)}],"Marker":null}`,
  },
  DescribeJob: {
    sdk: ({ client, jobId }) => client.send(new DescribeJobCommand({ ...docs, jobId })),
    gives: ({ archiveId }) => ({ Action: 'ArchiveRetrieval', ArchiveId: archiveId, Completed: true }),
    raw: ({ jobId }) => ({ method: 'GET', path: inDocs(`/jobs/${jobId}`) }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: (world) => jobText(world),
  },
  GetJobOutput: {
    sdk: async ({ client, jobId }) => {
      const { body, ...output } = await client.send(new GetJobOutputCommand({ ...docs, jobId }))
      return { ...output, text: await body?.transformToString() }
    },
    gives: () => ({
      status: 200,
      checksum: HELLO_HASH,
      contentType: 'application/octet-stream',
      archiveDescription: DESCRIPTION,
      text: 'hello world',
    }),
    raw: ({ jobId }) => ({
      method: 'GET',
      path: inDocs(`/jobs/${jobId}/output`),
      headers: { range: 'bytes=6-20' },
    }),
    status: 206,
    headers: () => ({
      'content-type': 'application/octet-stream',
      'content-length': '5',
      'content-range': 'bytes 6-10/11',
      'accept-ranges': 'bytes',
      'x-amz-archive-description': DESCRIPTION,
      'x-amz-sha256-tree-hash': undefined,
    }),
    body: () => 'world',
  },
  AddTagsToVault: {
    sdk: ({ client }) => client.send(new AddTagsToVaultCommand({ ...docs, Tags: { c: '3' } })),
    raw: () => ({ method: 'POST', path: inDocs('/tags?operation=add'), body: '{"Tags":{"a":"9","c":""}}' }),
    status: 204,
  },
  RemoveTagsFromVault: {
    sdk: ({ client }) => client.send(new RemoveTagsFromVaultCommand({ ...docs, TagKeys: ['a', 'none'] })),
    raw: () => ({ method: 'POST', path: inDocs('/tags?operation=remove'), body: '{"TagKeys":["a","none"]}' }),
    status: 204,
  },
  ListTagsForVault: {
    sdk: ({ client }) => client.send(new ListTagsForVaultCommand(docs)),
    gives: () => ({ Tags: { a: '1', b: '2' } }),
    raw: () => ({ method: 'GET', path: inDocs('/tags') }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () => '{"Tags":{"b":"2","a":"1"}}',
  },
  SetVaultNotifications: {
    sdk: ({ client }) =>
      client.send(
        new SetVaultNotificationsCommand({
          ...docs,
          vaultNotificationConfig: { SNSTopic: TOPIC, Events: ['InventoryRetrievalCompleted'] },
        }),
      ),
    raw: () => ({
      method: 'PUT',
      path: inDocs('/notification-configuration'),
      body: `{"SNSTopic":"${TOPIC}","Events":["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"]}`,
    }),
    status: 204,
  },
  GetVaultNotifications: {
    sdk: ({ client }) => client.send(new GetVaultNotificationsCommand(docs)),
    gives: () => ({ vaultNotificationConfig: { SNSTopic: TOPIC, Events: ['ArchiveRetrievalCompleted'] } }),
    raw: () => ({ method: 'GET', path: inDocs('/notification-configuration') }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () => `{"SNSTopic":"${TOPIC}","Events":["ArchiveRetrievalCompleted"]}`,
  },
  DeleteVaultNotifications: {
    sdk: ({ client }) => client.send(new DeleteVaultNotificationsCommand(docs)),
    raw: () => ({ method: 'DELETE', path: inDocs('/notification-configuration') }),
    status: 204,
  },
  SetVaultAccessPolicy: {
    sdk: ({ client }) =>
      client.send(new SetVaultAccessPolicyCommand({ ...docs, policy: { Policy: POLICY } })),
    raw: () => ({
      method: 'PUT',
      path: inDocs('/access-policy'),
      body: JSON.stringify({ Policy: POLICY }),
    }),
    status: 204,
  },
  GetVaultAccessPolicy: {
    sdk: ({ client }) => client.send(new GetVaultAccessPolicyCommand(docs)),
    gives: () => ({ policy: { Policy: ALLOWING } }),
    raw: () => ({ method: 'GET', path: inDocs('/access-policy') }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () => JSON.stringify({ Policy: ALLOWING }),
  },
  DeleteVaultAccessPolicy: {
    sdk: ({ client }) => client.send(new DeleteVaultAccessPolicyCommand(docs)),
    raw: () => ({ method: 'DELETE', path: inDocs('/access-policy') }),
    status: 204,
  },
  InitiateVaultLock: {
    sdk: ({ client }) => client.send(new InitiateVaultLockCommand({ ...docs, policy: { Policy: POLICY } })),
    gives: () => ({ lockId: /^[\w-]{92}$/ }),
    raw: () => ({
      method: 'POST',
      path: inDocs('/lock-policy'),
      body: JSON.stringify({ Policy: POLICY }),
    }),
    status: 201,
    headers: () => ({ 'x-amz-lock-id': /^[\w-]{92}$/, 'content-length': '0' }),
  },
  GetVaultLock: {
    sdk: ({ client }) => client.send(new GetVaultLockCommand(locked)),
    gives: () => ({ State: 'InProgress', Policy: ALLOWING }),
    raw: () => ({ method: 'GET', path: inLocked('') }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () =>
      `{"Policy":${JSON.stringify(ALLOWING)},"State":"InProgress",` +
      `"ExpirationDate":"2012-03-21T17:03:43.221Z","CreationDate":"${DATE}"}`,
  },
  CompleteVaultLock: {
    sdk: ({ client, lockId }) => client.send(new CompleteVaultLockCommand({ ...locked, lockId })),
    raw: ({ lockId }) => ({ method: 'POST', path: inLocked(`/${lockId}`) }),
    status: 204,
  },
  AbortVaultLock: {
    sdk: ({ client }) => client.send(new AbortVaultLockCommand(locked)),
    raw: () => ({ method: 'DELETE', path: inLocked('') }),
    status: 204,
  },
  SetDataRetrievalPolicy: {
    sdk: ({ client }) =>
      client.send(
        new SetDataRetrievalPolicyCommand({ accountId, Policy: { Rules: [{ Strategy: 'FreeTier' }] } }),
      ),
    raw: () => ({
      method: 'PUT',
      path: '/-/policies/data-retrieval',
      body: '{"Policy":{"Rules":[{"Strategy":"BytesPerHour","BytesPerHour":10737418240}]}}',
    }),
    status: 204,
  },
  GetDataRetrievalPolicy: {
    sdk: ({ client }) => client.send(new GetDataRetrievalPolicyCommand({ accountId })),
    gives: () => ({ Policy: { Rules: [{ Strategy: 'None' }] } }),
    raw: () => ({ method: 'GET', path: '/-/policies/data-retrieval' }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: () => '{"Policy":{"Rules":[{"Strategy":"None","BytesPerHour":null}]}}',
  },
  PurchaseProvisionedCapacity: {
    sdk: ({ client }) => client.send(new PurchaseProvisionedCapacityCommand({ accountId })),
    gives: () => ({ capacityId: /^[\w-]{27}$/ }),
    raw: () => ({ method: 'POST', path: '/-/provisioned-capacity' }),
    status: 201,
    headers: () => ({ 'x-amz-capacity-id': /^[\w-]{27}$/, 'content-length': '0' }),
  },
  ListProvisionedCapacity: {
    sdk: ({ client }) => client.send(new ListProvisionedCapacityCommand({ accountId })),
    gives: ({ capacityId }) => ({ ProvisionedCapacityList: [{ CapacityId: capacityId }] }),
    raw: () => ({ method: 'GET', path: '/-/provisioned-capacity' }),
    status: 200,
    headers: () => ({ 'content-type': json }),
    body: ({ capacityId }) =>
      `{"ProvisionedCapacityList":[{"CapacityId":"${capacityId}","StartDate":"${DATE}",` +
      '"ExpirationDate":"2012-04-20T17:03:43.221Z"}]}',
  },
}

const LOCKED =
  `{"CreationDate":"${DATE}","LastInventoryDate":null,"NumberOfArchives":null,"SizeInBytes":null,` +
  `"VaultARN":"${ARN.replace('docs', 'locked')}","VaultName":"locked"}`

function vaultText(): string {
  return (
    `{"CreationDate":"${DATE}","LastInventoryDate":"${DATE}","NumberOfArchives":1,"SizeInBytes":32779,` +
    `"VaultARN":"${ARN}","VaultName":"docs"}`
  )
}

function jobText({ jobId, archiveId }: World): string {
  return (
    `{"Action":"ArchiveRetrieval","ArchiveId":"${archiveId}","ArchiveSHA256TreeHash":"${HELLO_HASH}",` +
    `"ArchiveSizeInBytes":11,"Completed":true,"CompletionDate":"${DATE}","CreationDate":"${DATE}",` +
    '"InventoryRetrievalParameters":null,"InventorySizeInBytes":null,"JobDescription":"a job",' +
    `"JobId":"${jobId}","JobOutputPath":null,"OutputLocation":null,"RetrievalByteRange":"0-10",` +
    `"SHA256TreeHash":"${HELLO_HASH}","SNSTopic":null,"SelectParameters":null,"StatusCode":"Succeeded",` +
    `"StatusMessage":"Succeeded","Tier":"Standard","VaultARN":"${ARN}"}`
  )
}

t.test("the guide's two signed requests are taken as they are printed", async (t) => {
  const credentials = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  }
  const body = 'Welcome to Amazon Glacier.'
  const bodyHash = '726e392cb4d09924dbad1cc0ba3b00c3643d03d14cb4b823e2f041cff612a628'
  const scoped = (date: string, names: string, signature: string): string =>
    `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${date}/us-east-1/glacier/aws4_request,` +
    `SignedHeaders=${names},Signature=${signature}`
  const examples: [time: string, request: RawRequest][] = [
    [
      '20120525T002453Z',
      {
        method: 'PUT',
        path: '/-/vaults/examplevault',
        headers: {
          authorization: scoped(
            '20120525',
            'host;x-amz-date;x-amz-glacier-version',
            '3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a',
          ),
        },
      },
    ],
    [
      '20120507T000000Z',
      {
        method: 'POST',
        path: '/-/vaults/examplevault/archives',
        body,
        headers: {
          authorization: scoped(
            '20120507',
            'host;x-amz-content-sha256;x-amz-date;x-amz-glacier-version',
            'b092397439375d59119072764a1e9a144677c43d9906fd98a5742c57a2855de6',
          ),
          'content-length': String(body.length),
          'x-amz-content-sha256': bodyHash,
          'x-amz-sha256-tree-hash': bodyHash,
        },
      },
    ],
  ]
  for (const [time, { headers, ...request }] of examples) {
    const now = Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'))
    const vault = await localVaultFor(t, {
      dir: `${t.testdirName}-${time}`,
      now: () => now,
      credentials,
      createVaults: true,
    })
    t.teardown(() => rm(vault.dir, { recursive: true }))
    const host = 'glacier.us-east-1.amazonaws.com'
    const answer = await send(vault, {
      ...request,
      sign: false,
      headers: { ...headers, host, 'x-amz-date': time },
    })
    t.equal(answer.status, 201, answer.body.toString())
  }
})

t.test('the table has every operation of the model', async (t) => {
  t.equal(ROUTES.length, 33)
  t.strictSame(Object.keys(TABLE).sort(), ROUTES.map(({ operation }) => operation).sort())
})

for (const [operation, row] of Object.entries(TABLE)) {
  t.test(`${operation} answers @aws-sdk/client-glacier`, async (t) => {
    const world = await worldFor(t)
    t.match(await row.sdk(world), row.gives?.(world) ?? { $metadata: { httpStatusCode: row.status } })
  })

  t.test(`${operation} is on the wire as the service has it, to the byte`, async (t) => {
    const world = await worldFor(t)
    const answer = await send(world.vault, { ...row.raw(world), time: TIME })
    t.equal(answer.body.toString(), row.body?.(world) ?? '')
    t.equal(answer.status, row.status)
    for (const [name, value] of Object.entries(row.headers?.(world) ?? {})) {
      if (value instanceof RegExp) t.match(answer.headers[name], value, name)
      else t.equal(answer.headers[name], value, name)
    }
    t.match(answer.headers['x-amzn-requestid'], /^[\w-]{40,}$/)
    t.equal(answer.headers.date, new Date(TIME).toUTCString())
    if (row.status === 204) t.equal(answer.headers['content-length'], undefined)
  })
}
