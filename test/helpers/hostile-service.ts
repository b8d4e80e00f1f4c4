import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'

/** The operations of the service that commands use. */
export const OPERATIONS = [
  'CreateVault',
  'DescribeVault',
  'ListVaults',
  'DeleteVault',
  'UploadArchive',
  'DeleteArchive',
  'InitiateMultipartUpload',
  'UploadMultipartPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListParts',
  'ListMultipartUploads',
  'InitiateJob',
  'ListJobs',
  'DescribeJob',
  'GetJobOutput',
] as const

export type Operation = (typeof OPERATIONS)[number]

/** A correct response. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request to a {@link HostileService}, with the response that a correct service would send. */
export interface HostileRequest {
  readonly operation: Operation
  readonly request: IncomingMessage
  /** The number of requests of this operation before this one. */
  readonly earlier: number
  readonly correct: Reply
}

/** Sends some response instead of the correct one. It may leave the response open. */
export type Nonsense = (request: HostileRequest, response: ServerResponse) => void

/** An HTTP server that speaks the protocol, except where nonsense is sent instead. */
export interface HostileService {
  readonly endpoint: string
  /** The lines `METHOD URL` of the requests, in order. */
  readonly seen: string[]
  /** The operations to which nonsense is sent, and the nonsense; set anew by a test. */
  nonsense: { readonly operations: ReadonlySet<Operation>; readonly send: Nonsense } | undefined
  /** Forgets the requests and the state of retrievals. */
  reset(): void
}

/** The content of the one archive. */
export const CONTENT = Buffer.from('The content of the archive.\n')
export const ARCHIVE_ID = 'a'.repeat(138)
export const UPLOAD_ID = 'u'.repeat(92)
const TREE_HASH = computeChecksums(CONTENT).treeHash
const ARN = 'arn:aws:glacier:us-east-1:111122223333:vaults/docs'
const DATE = '2026-01-01T00:00:00.000Z'

/** The inventory of the vault. */
export const INVENTORY = JSON.stringify({
  VaultARN: ARN,
  InventoryDate: '2026-01-01T00:00:00Z',
  ArchiveList: [
    {
      ArchiveId: ARCHIVE_ID,
      ArchiveDescription: '{"Path":"a.txt"}',
      CreationDate: '2026-01-01T00:00:00Z',
      Size: CONTENT.length,
      SHA256TreeHash: TREE_HASH,
    },
  ],
})

export const VAULT = {
  VaultName: 'docs',
  VaultARN: ARN,
  CreationDate: DATE,
  NumberOfArchives: 1,
  SizeInBytes: CONTENT.length,
}

export const UPLOAD = {
  MultipartUploadId: UPLOAD_ID,
  VaultARN: ARN,
  ArchiveDescription: '{"Path":"b.txt"}',
  PartSizeInBytes: 1_048_576,
  CreationDate: DATE,
}

/** A part of the upload, which is not that of the source. */
const PART = { RangeInBytes: '0-1048575', SHA256TreeHash: 'f'.repeat(64) }

const JOB = {
  VaultARN: ARN,
  CreationDate: DATE,
  CompletionDate: DATE,
  StatusCode: 'Succeeded',
  Completed: true,
}

export const ARCHIVE_JOB = {
  ...JOB,
  JobId: 'job-archive',
  Action: 'ArchiveRetrieval',
  Tier: 'Standard',
  ArchiveId: ARCHIVE_ID,
  ArchiveSizeInBytes: CONTENT.length,
  ArchiveSHA256TreeHash: TREE_HASH,
  SHA256TreeHash: TREE_HASH,
  RetrievalByteRange: `0-${CONTENT.length - 1}`,
}

export const INVENTORY_JOB = {
  ...JOB,
  JobId: 'job-inventory',
  Action: 'InventoryRetrieval',
  InventorySizeInBytes: INVENTORY.length,
  InventoryRetrievalParameters: { Format: 'JSON' },
}

/** Requests after which the service stops: a command that makes more of them does not end by itself. */
export const MAX_REQUESTS = 3000

/** Starts a {@link HostileService} on loopback; it ends with the test. */
export async function hostileServiceFor(test: Test): Promise<HostileService> {
  const counts = new Map<Operation, number>()
  const service = {
    endpoint: '',
    seen: [] as string[],
    nonsense: undefined as HostileService['nonsense'],
    reset: () => {
      service.seen.length = 0
      service.nonsense = undefined
      counts.clear()
    },
  }
  const server = createServer({ keepAlive: true }, (request, response) => {
    response.on('error', () => undefined)
    const chunks: Buffer[] = []
    request.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => {
      if (chunks.length < 4) chunks.push(chunk)
    })
    request.on('end', () => {
      service.seen.push(`${String(request.method)} ${String(request.url)}`)
      if (service.seen.length > MAX_REQUESTS) {
        response.writeHead(403, { 'x-amzn-requestid': 'r', 'content-type': 'application/json' })
        response.end('{"code":"AccessDeniedException","message":"too many requests of the test"}')
        return
      }
      const operation = operationOf(request)
      const earlier = counts.get(operation) ?? 0
      counts.set(operation, earlier + 1)
      const { nonsense } = service
      const isStarted = nonsense?.operations.has('InitiateJob') === true
      const correct = correctReply(operation, request, Buffer.concat(chunks).toString(), isStarted)
      if (nonsense?.operations.has(operation))
        nonsense.send({ operation, request, earlier, correct }, response)
      else send(response, correct)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  service.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  test.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return service
}

/** Sends a response as it is. */
export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { 'x-amzn-requestid': 'request', ...headers }).end(body)
}

function operationOf({ method = '', url = '' }: IncomingMessage): Operation {
  const [path = ''] = url.split('?')
  const [, , , vault, kind, id, output] = path.split('/')
  const by = (names: Readonly<Record<string, Operation>>): Operation => names[method] ?? 'DescribeVault'
  if (vault === undefined) return 'ListVaults'
  if (kind === undefined) return by({ PUT: 'CreateVault', DELETE: 'DeleteVault' })
  if (kind === 'archives') return by({ POST: 'UploadArchive', DELETE: 'DeleteArchive' })
  if (kind === 'jobs' && output !== undefined) return 'GetJobOutput'
  if (kind === 'jobs') return id === undefined ? by({ POST: 'InitiateJob', GET: 'ListJobs' }) : 'DescribeJob'
  if (id === undefined) return by({ POST: 'InitiateMultipartUpload', GET: 'ListMultipartUploads' })
  return by({
    PUT: 'UploadMultipartPart',
    POST: 'CompleteMultipartUpload',
    DELETE: 'AbortMultipartUpload',
    GET: 'ListParts',
  })
}

function correctReply(
  operation: Operation,
  { url = '', headers }: IncomingMessage,
  body: string,
  hasNoJobs: boolean,
): Reply {
  const treeHash = { 'x-amz-sha256-tree-hash': String(headers['x-amz-sha256-tree-hash']) }
  const isInventory = url.includes('/job-inventory')
  const json = (value: object): Reply => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  })
  const empty = (status: number, more: Record<string, string> = {}): Reply => ({
    status,
    headers: more,
    body: '',
  })
  const replies: Readonly<Record<Operation, () => Reply>> = {
    CreateVault: () => empty(201),
    DescribeVault: () => json(VAULT),
    ListVaults: () => json({ VaultList: [VAULT], Marker: null }),
    DeleteVault: () => empty(204),
    UploadArchive: () => empty(201, { 'x-amz-archive-id': ARCHIVE_ID, ...treeHash }),
    DeleteArchive: () => empty(204),
    InitiateMultipartUpload: () => empty(201, { 'x-amz-multipart-upload-id': UPLOAD_ID }),
    UploadMultipartPart: () => empty(204, treeHash),
    CompleteMultipartUpload: () => empty(201, { 'x-amz-archive-id': ARCHIVE_ID, ...treeHash }),
    AbortMultipartUpload: () => empty(204),
    ListParts: () => json({ ...UPLOAD, Parts: [PART], Marker: null }),
    ListMultipartUploads: () => json({ UploadsList: [UPLOAD], Marker: null }),
    InitiateJob: () =>
      empty(202, { 'x-amz-job-id': body.includes('inventory-retrieval') ? 'job-inventory' : 'job-archive' }),
    ListJobs: () => json({ JobList: hasNoJobs ? [] : [ARCHIVE_JOB, INVENTORY_JOB], Marker: null }),
    DescribeJob: () => json(isInventory ? INVENTORY_JOB : ARCHIVE_JOB),
    GetJobOutput: () => (isInventory ? outputOf(Buffer.from(INVENTORY), false) : outputOf(CONTENT, true)),
  }
  return replies[operation]()
}

function outputOf(bytes: Buffer, isArchive: boolean): Reply {
  const { length } = bytes
  const range = { 'content-range': `bytes 0-${length - 1}/${length}`, 'content-length': String(length) }
  const hash = isArchive && { 'x-amz-sha256-tree-hash': computeChecksums(bytes).treeHash }
  return { status: 206, headers: { ...range, ...hash }, body: bytes.toString() }
}
