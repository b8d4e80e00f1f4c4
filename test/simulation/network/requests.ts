/** The requests of the simulated client, by the calls of the port. */
import type { ArchiveRequest } from '../../../lib/client/vault-client.js'
import type { RequestSummary } from '../service/history.js'
import type { BucketService } from '../bucket/bucket-service.js'
import type { Body, Caller, Service } from '../service/service.js'

/** An operation of a vault or of a bucket, by the method of its model. */
export type Operation = keyof Service | keyof BucketService

/** The names that the service's model gives to the operations of a vault. */
export const OPERATIONS = {
  uploadArchive: 'UploadArchive',
  initiateUpload: 'InitiateMultipartUpload',
  uploadPart: 'UploadMultipartPart',
  completeUpload: 'CompleteMultipartUpload',
  abortUpload: 'AbortMultipartUpload',
  listParts: 'ListParts',
  listUploads: 'ListMultipartUploads',
  deleteArchive: 'DeleteArchive',
  startRetrieval: 'InitiateJob',
  startInventory: 'InitiateJob',
  listJobs: 'ListJobs',
  describeJob: 'DescribeJob',
  jobOutput: 'GetJobOutput',
  describeVault: 'DescribeVault',
} as const satisfies Record<keyof Service, string>

/** A request of the simulated client. */
export interface SimRequest<Response> {
  readonly operation: Operation
  readonly summary: RequestSummary
  readonly signal: AbortSignal | undefined
  /** The bytes of an archive that the request carries; `undefined` if it carries none. */
  readonly body?: Pick<ArchiveRequest, keyof Body | 'onSent' | 'sendLimit'> | undefined
  /** Lets the service carry the request out. The body is that of the request as it arrives. */
  act(caller: Caller, body: Body): Response
}
