import { createHash, type Hash } from 'node:crypto'
import { once } from 'node:events'
import { DescribeVaultCommand, GlacierClient } from '@aws-sdk/client-glacier'
import t, { type Test } from 'tap'
import { bodyOf } from '../../../lib/client/sdk/request-body.js'
import { RequestWatch, timeLimitsFor } from '../../../lib/client/sdk/request-timeout.js'
import { glacierClient, vaultClientOf } from '../../../lib/client/glacier-client.js'
import { itemsOf } from '../../../lib/store/paging.js'
import type { Page, PageRequest } from '../../../lib/store/pages.js'
import type { Vault, VaultClient } from '../../../lib/client/vault-client.js'
import { uploadArchive } from '../../../lib/vault/upload-archive.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import {
  headersOnly,
  json,
  startBareService,
  type Answer,
  type BareService,
} from '../../helpers/bare-service.js'

const MIB = 1_048_576
const address = { vaultName: 'backups' }

async function serviceFor(test: Test, answer: Answer): Promise<BareService & { readonly port: VaultClient }> {
  const service = await startBareService(answer)
  test.teardown(() => service.close())
  return { ...service, port: glacierClient(service.client()) }
}

/** Bytes handed to any SHA-256 in this process while `run` runs, in updates of at least `atLeast` bytes. */
async function bytesHashed(atLeast: number, run: () => Promise<unknown>): Promise<number> {
  const prototype = Object.getPrototypeOf(createHash('sha256')) as { update: unknown }
  const original = Object.getOwnPropertyDescriptor(prototype, 'update') as PropertyDescriptor
  let bytes = 0
  prototype.update = function (this: Hash, data: string | NodeJS.ArrayBufferView, encoding?: 'utf8') {
    const length = typeof data === 'string' ? data.length : data.byteLength
    if (length >= atLeast) bytes += length
    return (original.value as (...all: unknown[]) => Hash).call(this, data, encoding)
  }
  try {
    await run()
  } finally {
    Object.defineProperty(prototype, 'update', original)
  }
  return bytes
}

/** Takes any upload and confirms whatever hash the request says. */
const confirmAll: Answer = (request, response) => {
  const treeHash = String(request.headers['x-amz-sha256-tree-hash'])
  const headers: Record<string, string> = { 'content-length': '0', 'x-amz-sha256-tree-hash': treeHash }
  if (request.url.endsWith('/multipart-uploads')) headers['x-amz-multipart-upload-id'] = 'upload'
  else if (request.method === 'POST') headers['x-amz-archive-id'] = 'archive'
  response.writeHead(request.method === 'PUT' ? 204 : 201, headers).end()
}

/** The headers of an answer of nine bytes. */
const NINE_BYTES = { 'content-length': '9', 'content-range': 'bytes 0-8/9' }

t.test(
  'each byte of an upload is hashed twice from the source to the wire, and never by the SDK',
  async (t) => {
    const service = await serviceFor(t, confirmAll)
    const client = service.client()
    const size = 10 * MIB + 123
    const upload = (hashThreads: number) => async () => {
      service.seen.length = 0
      const source = [Buffer.alloc(size, 7)]
      const archives = await uploadArchive(source, { client, ...address, partSize: 2 * MIB, hashThreads })
      t.match(archives, [{ archiveId: 'archive', parts: 6, size }])
      const bodies = service.seen.reduce((sum, request) => sum + request.size, 0)
      t.equal(bodies, size, 'all of it was sent, once')
    }
    const hashed = await bytesHashed(100, upload(0))
    // The last part, of 123 bytes, is hashed once. What a signature takes is hashed too: under 2 KiB a request.
    const signatures = service.seen.length * 2048
    const twice = 2 * (size - 123) + 123
    t.ok(hashed >= twice, `${hashed} bytes were hashed, at least ${twice}`)
    t.ok(hashed < twice + signatures, `${hashed} bytes were hashed, not much over ${twice}`)

    const onThisThread = await bytesHashed(100, upload(1))
    t.ok(onThisThread < 2 * 2 * MIB + signatures, `of them ${onThisThread} beside a thread: the first part`)
  },
)

t.test('a byte of a part of at most 1 MiB is hashed once, since both hashes are the same', async (t) => {
  const service = await serviceFor(t, confirmAll)
  const client = service.client()
  const hashed = await bytesHashed(100, async () => {
    await uploadArchive([Buffer.alloc(3 * MIB, 7)], { client, ...address, partSize: MIB })
  })
  t.ok(hashed >= 3 * MIB && hashed < 3 * MIB + service.seen.length * 2048, `${hashed} bytes were hashed`)
})

t.test('both hashes travel as they were given, whatever client the caller made', async (t) => {
  const service = await serviceFor(t, headersOnly(204, { 'x-amz-sha256-tree-hash': 'f'.repeat(64) }))
  const bytes = Buffer.alloc(3 * MIB, 1)
  const request = { ...address, uploadId: 'u', range: { start: MIB, end: 4 * MIB }, bytes }
  const found = await service.port.uploadPart({ ...request, ...computeChecksums(bytes) })
  t.equal(found, 'f'.repeat(64), "the answer is the service's hash, not ours")
  t.match(service.seen, [
    {
      method: 'PUT',
      url: '/-/vaults/backups/multipart-uploads/u',
      size: bytes.length,
      headers: {
        'content-range': 'bytes 1048576-4194303/*',
        'content-length': String(bytes.length),
        'x-amz-content-sha256': computeChecksums(bytes).linearHash,
        'x-amz-sha256-tree-hash': computeChecksums(bytes).treeHash,
        'x-amz-glacier-version': '2012-06-01',
      },
    },
  ])
})

t.test('every operation says what the model says, on the wire', async (t) => {
  const answers: Answer[] = []
  const service = await serviceFor(t, (request, response) => {
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
  answers.push(json(200, {}))
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
  answers.push(json(200, {}))
  const none = await service.port.listJobs(all)
  t.match(
    none,
    { items: [], marker: undefined, date: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/ },
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
  const service = await serviceFor(t, (request, response) => {
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
    items: [],
    marker: undefined,
  })
  answers.push(
    json(200, { UploadsList: [{ ...upload, ArchiveDescription: 'd' }], Marker: 'n' }),
    json(200, {}),
  )
  t.strictSame(await service.port.listUploads(address), {
    items: [{ ...open, description: 'd' }],
    marker: 'n',
  })
  t.match(await service.port.listUploads({ ...address, marker: 'n' }), { items: [], marker: undefined })
  t.strictSame(
    service.seen.map(({ url }) => url).slice(1),
    ['/u?limit=1', '/u?marker=m', '', '?marker=n'].map((end) => `/-/vaults/backups/multipart-uploads${end}`),
  )
  answers.push(json(200, { ...upload, Parts: [{ RangeInBytes: 'all', SHA256TreeHash: 'h' }] }))
  await t.rejects(service.port.listParts({ ...address, uploadId: 'u' }), {
    code: 'ERR_SERVICE',
    serviceCode: 'IncompleteAnswer',
  })
})

t.test('a call is one request, however many attempts the client of the caller would make', async (t) => {
  const service = await startBareService(json(500, { code: 'ServiceUnavailableException', message: 'm' }))
  t.teardown(() => service.close())
  const credentials = { accessKeyId: 'A', secretAccessKey: 'b' }
  const theirs = new GlacierClient({
    endpoint: service.endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 5,
  })
  t.teardown(() => {
    theirs.destroy()
  })
  const port = glacierClient(theirs)
  const bytes = Buffer.from('abc')
  const refused = { code: 'ERR_SERVICE', serviceCode: 'ServiceUnavailableException', status: 500 }
  await t.rejects(port.describeVault(address), refused)
  await t.rejects(port.uploadArchive({ ...address, bytes, ...computeChecksums(bytes) }), refused)
  t.equal(service.seen.length, 2)
  t.notOk(
    theirs.middlewareStack.identify().some((name) => name.startsWith('retryMiddleware - a')),
    'theirs is as it was',
  )
  await theirs.send(new DescribeVaultCommand({ ...address, accountId: '-' })).catch(() => undefined)
  t.equal(service.seen.length, 2 + 5, 'their own requests are made as they wish')
})

t.test('a request in which nothing moves is given up, with any client and at any point', async (t) => {
  const service = await startBareService((request, response) => {
    if (request.url.endsWith('/output')) response.writeHead(206, NINE_BYTES).write('abc')
  })
  t.teardown(() => service.close())
  const port = glacierClient(service.client(), { idleTimeout: 50 })
  const stalled = {
    name: 'ConnectionError',
    serviceCode: 'TimeoutError',
    message: /Nothing moved for 0\.05 s\. \(TimeoutError\)/,
  }
  await t.rejects(port.describeVault(address), { ...stalled, operation: 'DescribeVault' })
  const bytes = Buffer.alloc(3 * MIB)
  await t.rejects(port.uploadArchive({ ...address, bytes, ...computeChecksums(bytes) }), {
    ...stalled,
    operation: 'UploadArchive',
  })
  // Here an answer begins: that may take a while on a busy machine.
  const patient = glacierClient(service.client(), { idleTimeout: 1000 })
  const output = await patient.getJobOutput({ ...address, jobId: 'j', range: { start: 0, end: 9 } })
  await t.rejects(
    async () => {
      for await (const piece of output.body) t.equal(piece.length, 3)
    },
    { ...stalled, message: /Nothing moved for 1 s/, operation: 'GetJobOutput' },
  )
  const gone = await startBareService(headersOnly(404, {}))
  t.teardown(() => gone.close())
  const lost = glacierClient(gone.client())
  await t.rejects(lost.getJobOutput({ ...address, jobId: 'j', range: { start: 0, end: 9 } }), {
    code: 'ERR_SERVICE',
    message: /GetJobOutput: .*HTTP 404/,
  })
  for (const idleTimeout of [0, -1, NaN, 2 ** 31]) {
    t.throws(() => glacierClient({}, { idleTimeout }), {
      name: 'RangeError',
      message: /from 1 up to 24 days/,
    })
  }
})

t.test('a request that moves, but not to an end, is given up as well', async (t) => {
  const watch = new RequestWatch('X', { idle: 60_000, whole: 20 }, undefined)
  watch.moved()
  await once(watch.signal, 'abort')
  t.match(watch.verdict, { message: /It took longer than the slowest line would/ })
  t.equal(watch.signal.reason, watch.verdict)
  watch.end()
  t.strictSame(timeLimitsFor(300_000, 16 * MIB), { idle: 300_000, whole: 1_800_000 + 4_096_000 })
  t.strictSame(timeLimitsFor(300_000, 2 ** 50).whole, 2 ** 31 - 1, 'the longest a timer can be')
})

t.test('a request is idle from when something last moved', async (t) => {
  const watch = new RequestWatch('X', { idle: 100, whole: 60_000 }, undefined)
  const started = performance.now()
  while (performance.now() - started < 150); // no timer can fire meanwhile, however late it is
  watch.moved()
  await once(watch.signal, 'abort')
  t.ok(performance.now() - started >= 245, 'not from its beginning')
  watch.end()
})

t.test('what a limit of ours holds up does not count', async (t) => {
  const watch = new RequestWatch('X', { idle: 60_000, whole: 20 }, undefined)
  watch.moved(100)
  const started = performance.now()
  await once(watch.signal, 'abort')
  t.ok(performance.now() - started >= 110, 'the 20 ms it may take, and the 100 it was held up')
  watch.end()
})

t.test('a body is sent no faster than allowed, and ends with its request', async (t) => {
  const service = await serviceFor(t, headersOnly(204, { 'x-amz-sha256-tree-hash': 'h' }))
  const bytes = Buffer.alloc(100, 7)
  const taken: number[] = []
  const sendLimit = {
    chunkSize: 30,
    take: async (size: number) => {
      taken.push(size)
    },
  }
  const request = {
    ...address,
    uploadId: 'u',
    range: { start: 0, end: 100 },
    bytes,
    ...computeChecksums(bytes),
  }
  await service.port.uploadPart({ ...request, sendLimit })
  t.strictSame(taken, [30, 30, 30, 10])
  t.match(service.seen, [{ size: 100, headers: { 'content-length': '100' } }])

  const aborting = new AbortController()
  const never = {
    chunkSize: 30,
    take: (_size: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('woken'))
        })
        aborting.abort(new Error('enough'))
      }),
  }
  await t.rejects(service.port.uploadPart({ ...request, sendLimit: never, signal: aborting.signal }), {
    name: 'AbortError',
    cause: { message: 'enough' },
  })
  await t.rejects(
    service.port.uploadPart({ ...request, signal: aborting.signal }),
    { name: 'AbortError' },
    'also before it begins',
  )
})

t.test('fresh credentials are asked for where the ones in use are expired', async (t) => {
  const asked: unknown[] = []
  const service = await startBareService(headersOnly(201, {}))
  t.teardown(() => service.close())
  const credentials = async (options?: {
    forceRefresh?: boolean
  }): Promise<{ accessKeyId: string; secretAccessKey: string }> => {
    asked.push(options?.forceRefresh)
    return { accessKeyId: `KEY${asked.length}`, secretAccessKey: 'b' }
  }
  const port = glacierClient({ endpoint: service.endpoint, region: 'us-east-1', credentials })
  t.teardown(() => {
    port.destroy()
  })
  await port.createVault(address)
  await port.createVault(address)
  await port.refreshCredentials()
  await port.createVault(address)
  t.strictSame(
    service.seen.map(({ headers }) => /Credential=(\w+)\//.exec(headers.authorization ?? '')?.[1]),
    ['KEY1', 'KEY1', 'KEY2'],
  )
  t.equal(await port.region(), 'us-east-1')
})

t.test(
  'a job output is asked for by its range and comes as it is, with the hash of the service',
  async (t) => {
    const body = Buffer.from('abc')
    const service = await serviceFor(t, (_request, response) => {
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
  const service = await serviceFor(t, (_request, response) => {
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

t.test('the signal ends a request, and an output while it comes', async (t) => {
  const service = await serviceFor(t, (request, response) => {
    if (request.url.endsWith('/output')) response.writeHead(206, NINE_BYTES).write('abc')
  })
  const asking = new AbortController()
  const asked = service.port.describeVault({ ...address, signal: asking.signal })
  asking.abort(new Error('enough'))
  await t.rejects(asked, { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough' } })

  const reading = new AbortController()
  const { signal } = reading
  const output = await service.port.getJobOutput({
    ...address,
    jobId: 'j',
    range: { start: 0, end: 9 },
    signal,
  })
  await t.rejects(
    async () => {
      for await (const piece of output.body) reading.abort(new Error(`enough after ${piece.length}`))
    },
    { name: 'AbortError', code: 'ABORT_ERR', cause: { message: 'enough after 3' } },
  )
})

t.test('what the service refuses is an error to branch on', async (t) => {
  const cases = [
    [404, 'ResourceNotFoundException', 'NotFoundError', 'ERR_NOT_FOUND'],
    [403, 'AccessDeniedException', 'AccessDeniedError', 'ERR_ACCESS_DENIED'],
    [403, 'InvalidSignatureException', 'CredentialsError', 'ERR_CREDENTIALS'],
    [403, 'ExpiredTokenException', 'CredentialsError', 'ERR_CREDENTIALS'],
    [400, 'UnrecognizedClientException', 'CredentialsError', 'ERR_CREDENTIALS'],
    [400, 'ThrottlingException', 'ServiceError', 'ERR_SERVICE'],
    [500, 'ServiceUnavailableException', 'ServiceError', 'ERR_SERVICE'],
  ] as const
  for (const [status, serviceCode, name, code] of cases) {
    const body = { code: serviceCode, message: 'the reason', type: 'Client' }
    const service = await serviceFor(t, json(status, body, { 'x-amzn-RequestId': 'r' }))
    await t.rejects(service.port.describeVault(address), {
      name,
      code,
      serviceCode,
      status,
      requestId: 'r',
      operation: 'DescribeVault',
      message: `DescribeVault: the reason (${serviceCode})`,
    })
  }
})

t.test('a refused connection says where it was refused', async (t) => {
  const service = await startBareService(() => undefined)
  const client = service.client()
  await service.close()
  await t.rejects(glacierClient(client).createVault(address), {
    name: 'ConnectionError',
    code: 'ERR_CONNECTION',
    serviceCode: 'ECONNREFUSED',
    message: /ECONNREFUSED 127\.0\.0\.1/,
  })
})

t.test('an answer without the ID it is for is an error of the service', async (t) => {
  const service = await serviceFor(t, headersOnly(201, {}))
  await t.rejects(service.port.initiateUpload({ ...address, partSize: MIB }), {
    code: 'ERR_SERVICE',
    message: /InitiateMultipartUpload: The answer came without x-amz-multipart-upload-id/,
  })
})

t.test('a client made here is closed by destroy(); one of the caller is left alone', async (t) => {
  const service = await serviceFor(t, headersOnly(201, {}))
  const theirs = service.client()
  let closed = 0
  theirs.destroy = () => {
    closed++
  }
  const port = glacierClient(theirs)
  await port.createVault(address)
  port.destroy()
  port[Symbol.dispose]()
  await port[Symbol.asyncDispose]()
  t.equal(closed, 0)

  const credentials = { accessKeyId: 'A', secretAccessKey: 'b' }
  const ours = glacierClient({ endpoint: service.endpoint, region: 'us-east-1', credentials })
  ours.destroy()
  await ours.createVault(address)
  ours.destroy()
  t.equal(service.seen.length, 2)
})

t.test('no region is a clear error', async (t) => {
  const { AWS_REGION: region, AWS_CONFIG_FILE: file } = process.env
  t.teardown(() => {
    if (region !== undefined) process.env.AWS_REGION = region
    if (file === undefined) delete process.env.AWS_CONFIG_FILE
    else process.env.AWS_CONFIG_FILE = file
  })
  delete process.env.AWS_REGION
  process.env.AWS_CONFIG_FILE = `${t.testdir()}/none`
  const client = glacierClient({ credentials: { accessKeyId: 'A', secretAccessKey: 'b' } })
  await t.rejects(client.createVault(address), { message: /no region is set: give one/ })
  await t.rejects(client.region(), { name: 'ServiceError', message: /Configuration: no region is set/ })
})

t.test('a client is a GlacierClient or a VaultClient', async (t) => {
  const service = await serviceFor(t, headersOnly(201, {}))
  t.equal(vaultClientOf(service.port), service.port)
  await vaultClientOf(service.client()).createVault(address)
  t.equal(service.seen.length, 1)
})

t.test('however fast a socket takes a part, the event loop has its turn every 2 MiB', async (t) => {
  const watch = new RequestWatch('UploadMultipartPart', timeLimitsFor(1000, 0), undefined)
  const body = bodyOf(Buffer.alloc(16 * MIB + 1), watch, undefined)
  let most = 0
  let inTurn = 0
  let total = 0
  body.on('data', (piece: Buffer) => {
    total += piece.length
    most = Math.max(most, (inTurn += piece.length))
  })
  while (!body.readableEnded) {
    inTurn = 0
    await new Promise(setImmediate)
  }
  watch.end()
  t.equal(total, 16 * MIB + 1)
  t.ok(most <= 2 * MIB, `${most} bytes in one turn`)
})
