/**
 * The operation that an HTTP request is for (docs/glacier-protocol.md#operations), with its parameters. It shares no code
 * with the local vault.
 */
import type { ByteRange } from '../../../../lib/byte-range.js'
import type { RequestSummary } from '../../service/history.js'
import { invalidValue } from '../../service/refusals.js'
import { ServiceRefusal, type Caller, type Service } from '../../service/service.js'
import { emptyReply, jsonReply, type Reply, type SdkRequest } from '../http/http.js'
import { startJob } from './job-start.js'
import { jobJson, outputReply, storedReply, uploadJson, vaultJson } from './vault-replies.js'

/** An operation that a request is for. */
export interface HttpOperation {
  readonly name: keyof Service
  readonly summary: RequestSummary
  /** Carries it out with the bytes that have arrived. */
  act(service: Service, caller: Caller, bytes: Uint8Array): Reply
  /** Of a job's output: gives the whole output, whatever the range of the request. */
  actWhole?(service: Service, caller: Caller, status: 200 | 206): Reply
}

/** A request to a vault, or to something in it. */
export interface RoutedRequest {
  readonly sdk: SdkRequest
  /** The ID in the path; empty if it has none. */
  readonly id: string
  readonly query: Readonly<Record<string, string | undefined>>
}

/** Bytes of a part size in a request, for each byte of a part size in the simulation: the adapter refuses small ones. */
export const PART_SIZE_UNIT = 65_536

type Route = (request: RoutedRequest) => HttpOperation

/** By method, collection and form of the path. */
const ROUTES: Readonly<Record<string, Route | undefined>> = {
  GET: () => ({
    name: 'describeVault',
    summary: {},
    act: (service, caller) => jsonReply(200, vaultJson(caller, service.describeVault(caller))),
  }),
  'POST archives': uploadArchive,
  'DELETE archives/ID': ({ id: archiveId }) => ({
    name: 'deleteArchive',
    summary: { archiveId },
    act: (service, caller) => {
      service.deleteArchive(caller, archiveId)
      return emptyReply(204, {})
    },
  }),
  'POST multipart-uploads': initiateUpload,
  'GET multipart-uploads': ({ query }) => ({
    name: 'listUploads',
    summary: {},
    act: (service, caller) => {
      const { items, marker = null } = service.listUploads(caller, query.marker, limitIn(query))
      return jsonReply(200, { UploadsList: items.map((item) => uploadJson(caller, item)), Marker: marker })
    },
  }),
  'PUT multipart-uploads/ID': uploadPart,
  'POST multipart-uploads/ID': completeUpload,
  'DELETE multipart-uploads/ID': ({ id: uploadId }) => ({
    name: 'abortUpload',
    summary: { uploadId },
    act: (service, caller) => {
      service.abortUpload(caller, uploadId)
      return emptyReply(204, {})
    },
  }),
  'GET multipart-uploads/ID': listParts,
  'POST jobs': startJob,
  'GET jobs': ({ query }) => ({
    name: 'listJobs',
    summary: {},
    act: (service, caller) => {
      const completed = query.completed === undefined ? undefined : query.completed === 'true'
      const { items, marker = null } = service.listJobs(caller, query.marker, limitIn(query), completed)
      return jsonReply(200, { JobList: items.map((item) => jobJson(caller, item)), Marker: marker })
    },
  }),
  'GET jobs/ID': ({ id: jobId }) => ({
    name: 'describeJob',
    summary: { jobId },
    act: (service, caller) => {
      const job = service.describeJob(caller, jobId)
      return { ...jsonReply(200, jobJson(caller, job)), ids: job }
    },
  }),
  'GET jobs/ID/output': ({ id: jobId, sdk }) => {
    const range = rangeIn(/^bytes=(\d+)-(\d+)$/, sdk.headers.range) // a malformed one is ignored
    return {
      name: 'jobOutput',
      summary: { jobId, range },
      act: (service, caller) => outputReply(service.jobOutput(caller, jobId, range), range),
      actWhole: (service, caller, status) => {
        const whole = service.jobOutput(caller, jobId, undefined)
        return outputReply(whole, status === 200 ? undefined : { start: 0, end: whole.size })
      },
    }
  },
}

/** Returns the account and the vault in the path of a request, and its operation, if it has one. */
export function operationOf(sdk: SdkRequest): {
  readonly accountId: string | undefined
  readonly vaultName: string
  readonly operation: HttpOperation | undefined
} {
  const [, accountId, , vaultName = '', collection, id, ...rest] = sdk.path.split('/').map(decodeURIComponent)
  const form = [collection, id === undefined ? undefined : 'ID', ...rest].filter((name) => name !== undefined)
  const key = [sdk.method, form.join('/')].filter((word) => word !== '').join(' ')
  const query = (sdk.query ?? {}) as RoutedRequest['query']
  return { accountId, vaultName, operation: ROUTES[key]?.({ sdk, id: id ?? '', query }) }
}

function uploadArchive({ sdk: { headers } }: RoutedRequest): HttpOperation {
  const description = headers['x-amz-archive-description']
  const treeHash = required(headers, 'x-amz-sha256-tree-hash')
  const linearHash = required(headers, 'x-amz-content-sha256')
  return {
    name: 'uploadArchive',
    summary: { description, size: Number(headers['content-length']), treeHash },
    act: (service, caller, bytes) =>
      storedReply(service.uploadArchive(caller, description, { bytes, linearHash, treeHash })),
  }
}

function initiateUpload({ sdk: { headers } }: RoutedRequest): HttpOperation {
  const description = headers['x-amz-archive-description']
  const partSize = Number(required(headers, 'x-amz-part-size')) / PART_SIZE_UNIT
  return {
    name: 'initiateUpload',
    summary: { description },
    act: (service, caller) => {
      const { uploadId, location } = service.initiateUpload(caller, partSize, description)
      const reply = emptyReply(201, { 'x-amz-multipart-upload-id': uploadId, location })
      return { ...reply, ids: { uploadId } }
    },
  }
}

function uploadPart({ id: uploadId, sdk: { headers } }: RoutedRequest): HttpOperation {
  const contentRange = required(headers, 'content-range')
  const range = rangeIn(/^bytes (\d+)-(\d+)\/\*$/, contentRange)
  const size = Number(headers['content-length'])
  if (!range || range.end <= range.start) throw invalidValue(`Invalid Content-Range: ${contentRange}`)
  if (range.end - range.start !== size)
    throw invalidValue(`Content-Range: ${contentRange} is incompatible with Content-Length: ${size}`)
  const treeHash = required(headers, 'x-amz-sha256-tree-hash')
  const linearHash = required(headers, 'x-amz-content-sha256')
  return {
    name: 'uploadPart',
    summary: { uploadId, range, size, treeHash },
    act: (service, caller, bytes) => {
      const part = service.uploadPart(caller, uploadId, range, { bytes, linearHash, treeHash })
      return emptyReply(204, { 'x-amz-sha256-tree-hash': part.treeHash })
    },
  }
}

function completeUpload({ id: uploadId, sdk: { headers } }: RoutedRequest): HttpOperation {
  const size = Number(required(headers, 'x-amz-archive-size'))
  const treeHash = required(headers, 'x-amz-sha256-tree-hash')
  return {
    name: 'completeUpload',
    summary: { uploadId, size, treeHash },
    act: (service, caller) => storedReply(service.completeUpload(caller, uploadId, size, treeHash)),
  }
}

function listParts({ id: uploadId, query }: RoutedRequest): HttpOperation {
  return {
    name: 'listParts',
    summary: { uploadId },
    act: (service, caller) => {
      const page = service.listParts(caller, uploadId, query.marker, limitIn(query))
      const parts = page.items.map(({ start, end, treeHash }) => ({
        RangeInBytes: `${start}-${end - 1}`,
        SHA256TreeHash: treeHash,
      }))
      return jsonReply(200, { ...uploadJson(caller, page.upload), Parts: parts, Marker: page.marker ?? null })
    },
  }
}

function required(headers: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = headers[name]
  if (value === undefined)
    throw new ServiceRefusal(400, 'MissingParameterValueException', `Required parameter missing: ${name}`)
  return value
}

function limitIn({ limit }: RoutedRequest['query']): number | undefined {
  return limit === undefined ? undefined : Number(limit)
}

/** Reads a range with an inclusive end. */
function rangeIn(form: RegExp, text = ''): ByteRange | undefined {
  const match = form.exec(text)
  return match ? { start: Number(match[1]), end: Number(match[2]) + 1 } : undefined
}
