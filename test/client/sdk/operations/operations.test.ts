import t from 'tap'
import { itemsOf } from '../../../../lib/store/paging.js'
import type { Vault } from '../../../../lib/client/vault-client.js'
import { MIB } from '../../../../lib/sizes.js'
import type { Page, PageRequest } from '../../../../lib/store/pages.js'
import { clientOfService, headersOnly, json, type Answer } from '../../../helpers/bare-service.js'

const address = { vaultName: 'backups' }

/** The headers of an answer of nine bytes. */
const NINE_BYTES = { 'content-length': '9', 'content-range': 'bytes 0-8/9' }

t.test('every operation says what the model says, on the wire', async (t) => {
  const answers: Answer[] = []
  const service = await clientOfService(t, (request, response) => {
    answers.shift()?.(request, response)
  })
  const vault = { VaultName: 'a', VaultARN: 'arn:a', CreationDate: '2026-01-01T00:00:00.000Z' }
  const all = { ...address, accountId: '123456789012' }

  answers.push(headersOnly(201, {}))
  await service.port.createVault(all)
  answers.push(json(200, { ...vault, NumberOfArchives: 3, SizeInBytes: 5, LastInventoryDate: 'then' }))
  t.strictSame(await service.port.describeVault(all), {
    vaultName: 'a',
    arn: 'arn:a',
    creationDate: '2026-01-01T00:00:00.000Z',
    lastInventoryDate: 'then',
    archiveCount: 3,
    size: 5,
  })
  answers.push(
    json(200, { Marker: 'm', VaultList: [vault] }),
    json(200, { Marker: null, VaultList: [vault, vault] }),
  )
  const names: string[] = []
  const list = (page: PageRequest): Promise<Page<Vault>> => service.port.listVaults(page)
  for await (const { vaultName } of itemsOf(list)) names.push(vaultName)
  t.strictSame(names, ['a', 'a', 'a'], 'all pages')
  answers.push(json(200, { VaultList: [], Marker: null }))
  for await (const found of itemsOf(list)) t.fail(`there is no vault ${found.vaultName}`)
  answers.push(headersOnly(204, {}))
  await service.port.deleteVault(all)
  answers.push(headersOnly(204, {}))
  await service.port.abortUpload({ ...all, uploadId: 'u' })
  answers.push(headersOnly(202, { 'x-amz-job-id': 'j' }))
  t.equal(
    await service.port.startRetrieval({ ...all, archiveId: '-x', tier: 'Bulk', description: 'token' }),
    'j',
  )
  const retrieval = {
    JobId: 'j',
    Action: 'ArchiveRetrieval',
    StatusCode: 'Failed',
    StatusMessage: 'why',
    JobDescription: 'token',
    CreationDate: 'c',
    CompletionDate: 'd',
    Tier: 'Bulk',
    ArchiveId: 'a',
    ArchiveSizeInBytes: 9,
    ArchiveSHA256TreeHash: 'h',
    RetrievalByteRange: '0-4',
    SHA256TreeHash: 'r',
    InventorySizeInBytes: null,
    InventoryRetrievalParameters: null,
  }
  const archiveJob = {
    jobId: 'j',
    action: 'ArchiveRetrieval',
    status: 'Failed',
    statusMessage: 'why',
    description: 'token',
    creationDate: 'c',
    completionDate: 'd',
    tier: 'Bulk',
    snsTopic: undefined,
    archiveId: 'a',
    archiveSize: 9,
    archiveTreeHash: 'h',
    range: { start: 0, end: 5 },
    treeHash: 'r',
    inventorySize: undefined,
    inventory: undefined,
  }
  answers.push(json(200, retrieval))
  t.strictSame(await service.port.describeJob({ ...all, jobId: 'j' }), archiveJob)
  const asked = { Format: 'CSV', StartDate: '2026-01-01', EndDate: null, Limit: null, Marker: null }
  const inventory = {
    JobId: 'i',
    Action: 'InventoryRetrieval',
    StatusCode: 'InProgress',
    CreationDate: 'c',
    InventoryRetrievalParameters: asked,
  }
  const limited = { ...inventory, InventoryRetrievalParameters: { Format: 'JSON', Limit: '5', EndDate: 'e' } }
  answers.push(json(200, { JobList: [retrieval, inventory, limited], Marker: 'm' }))
  t.match(await service.port.listJobs({ ...all, completed: true, limit: 3 }), {
    items: [
      archiveJob,
      {
        inventory: { format: 'CSV', startDate: '2026-01-01', endDate: undefined, limited: false },
        completionDate: undefined,
      },
      { inventory: { format: 'JSON', startDate: undefined, endDate: 'e', limited: true }, tier: undefined },
    ],
    marker: 'm',
  })
  answers.push(json(200, { JobList: [], Marker: null }))
  const none = await service.port.listJobs(all)
  t.match(
    none,
    { items: { length: 0 }, marker: undefined, date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/ },
    "the service's time",
  )
  answers.push(headersOnly(202, { 'x-amz-job-id': 'i' }))
  t.equal(await service.port.startInventory({ ...all, format: 'JSON', startDate: '2026-01-01' }), 'i')
  answers.push(headersOnly(202, { 'x-amz-job-id': 'k' }))
  t.equal(await service.port.startRetrieval({ ...all, archiveId: 'a', range: { start: 0, end: 5 } }), 'k')
  answers.push(headersOnly(204, {}))
  await service.port.deleteArchive({ ...all, archiveId: '-x' })
  t.strictSame(
    service.seen.map(({ method, url }) => `${method} ${url}`),
    [
      'PUT /123456789012/vaults/backups',
      'GET /123456789012/vaults/backups',
      'GET /-/vaults',
      'GET /-/vaults?marker=m',
      'GET /-/vaults',
      'DELETE /123456789012/vaults/backups',
      'DELETE /123456789012/vaults/backups/multipart-uploads/u',
      'POST /123456789012/vaults/backups/jobs',
      'GET /123456789012/vaults/backups/jobs/j',
      'GET /123456789012/vaults/backups/jobs?completed=true&limit=3',
      'GET /123456789012/vaults/backups/jobs',
      'POST /123456789012/vaults/backups/jobs',
      'POST /123456789012/vaults/backups/jobs',
      'DELETE /123456789012/vaults/backups/archives/-x',
    ],
  )
})

t.test('an upload is begun and its parts and its like are listed as the service has them', async (t) => {
  const answers: Answer[] = []
  const service = await clientOfService(t, (request, response) => {
    answers.shift()?.(request, response)
  })
  answers.push(headersOnly(201, { 'x-amz-multipart-upload-id': 'u', location: '/1/x' }))
  t.strictSame(await service.port.initiateUpload({ ...address, partSize: MIB, description: 'd' }), {
    uploadId: 'u',
    location: '/1/x',
  })
  const upload = {
    MultipartUploadId: 'u',
    PartSizeInBytes: MIB,
    CreationDate: 'then',
    ArchiveDescription: null,
    VaultARN: 'arn:aws:glacier:us-east-1:123456789012:vaults/backups',
  }
  const Parts = [{ RangeInBytes: '0-1048575', SHA256TreeHash: 'h' }]
  answers.push(json(200, { ...upload, Marker: 'm', Parts }), json(200, { ...upload, Marker: null }))
  const open = {
    uploadId: 'u',
    partSize: MIB,
    description: undefined,
    creationDate: 'then',
    accountId: '123456789012',
  }
  t.strictSame(await service.port.listParts({ ...address, uploadId: 'u', limit: 1 }), {
    upload: open,
    items: [{ start: 0, end: MIB, treeHash: 'h' }],
    marker: 'm',
  })
  t.match(await service.port.listParts({ ...address, uploadId: 'u', marker: 'm' }), {
    items: { length: 0 },
    marker: undefined,
  })
  answers.push(
    json(200, { UploadsList: [{ ...upload, ArchiveDescription: 'd' }], Marker: 'n' }),
    json(200, { UploadsList: [], Marker: null }),
  )
  t.strictSame(await service.port.listUploads(address), {
    items: [{ ...open, description: 'd' }],
    marker: 'n',
  })
  t.match(await service.port.listUploads({ ...address, marker: 'n' }), {
    items: { length: 0 },
    marker: undefined,
  })
  t.strictSame(
    service.seen.map(({ url }) => url).slice(1),
    ['/u?limit=1', '/u?marker=m', '', '?marker=n'].map((end) => `/-/vaults/backups/multipart-uploads${end}`),
  )
  answers.push(json(200, { ...upload, Parts: [{ RangeInBytes: 'all', SHA256TreeHash: 'h' }] }))
  await t.rejects(service.port.listParts({ ...address, uploadId: 'u' }), {
    code: 'ERR_SERVICE',
    serviceCode: 'IncompleteResponse',
  })
})

t.test(
  'a job output is asked for by its range and comes as it is, with the hash of the service',
  async (t) => {
    const body = Buffer.from('abc')
    const service = await clientOfService(t, (_request, response) => {
      const facts = { 'content-length': '3', 'content-range': 'bytes 0-2/3', 'x-amz-sha256-tree-hash': 'h' }
      response.writeHead(206, facts).end(body)
    })
    const output = await service.port.getJobOutput({ ...address, jobId: 'j', range: { start: 0, end: 3 } })
    t.equal(output.treeHash, 'h')
    const pieces: Uint8Array[] = []
    for await (const piece of output.body) pieces.push(piece)
    t.strictSame(Buffer.concat(pieces), body)
    t.match(service.seen, [{ headers: { range: 'bytes=0-2' } }])
  },
)

t.test('a job output that is cut short is a connection error', async (t) => {
  const service = await clientOfService(t, (_request, response) => {
    response.writeHead(206, NINE_BYTES).write('abc', () => response.destroy())
  })
  const output = await service.port.getJobOutput({ ...address, jobId: 'j', range: { start: 0, end: 9 } })
  await t.rejects(
    async () => {
      for await (const piece of output.body) t.ok(piece.length <= 3)
    },
    { name: 'ConnectionError', code: 'ERR_CONNECTION', operation: 'GetJobOutput' },
  )
})

t.test('an answer without the ID it is for is an error of the service', async (t) => {
  const service = await clientOfService(t, headersOnly(201, {}))
  await t.rejects(service.port.initiateUpload({ ...address, partSize: MIB }), {
    code: 'ERR_SERVICE',
    message: /InitiateMultipartUpload: The response has no x-amz-multipart-upload-id/,
  })
})
