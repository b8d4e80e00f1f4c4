/** The kinds of faults. Each must occur and take effect in the seeds of a long run: the report counts them. */
import { isOfBucket, type Network } from './world.js'

/** What goes wrong, by kind. */
export const FAULT_KINDS = {
  // The network, at the port of the store or at the HTTP handler.
  'request-lost': 'a request never arrives, and the client gets a connection error',
  'request-late': 'a request is carried out after the client has given it up',
  'response-lost': 'a request is carried out, and its response never arrives',
  'response-late': 'a response takes minutes, so that responses come in another order',
  'early-response': 'an error response arrives before the body is read',
  'body-damaged': 'bytes change on the way to the service or back',
  'body-cut': 'the output of a job, or the range of an object, ends early',
  'middlebox-page': 'a proxy responds with a page of its own',
  'not-a-range': 'a request for a range is answered with 200 and other bytes',
  throttled: 'the service throttles',
  'slow-request': '408, of a bucket 400 RequestTimeout: the bytes came too slowly',
  'server-error': 'the service fails with 500 or 503 before it acts',
  'server-error-after': 'the service fails with 500 or 503 after it has acted',
  // The service.
  'completion-forgotten': 'a repeated completion is not answered: the upload is gone',
  'completion-hashless': 'a completion is answered without a tree hash',
  'completion-unchecked': 'a repeated completion with other content is answered with the archive',
  'upload-expired': 'an upload expires while it is not active',
  'job-expired': 'a job and its output expire',
  'job-failed': 'a job fails',
  'wrong-hash': 'the service states a wrong hash',
  'stored-damaged': 'the service stores other bytes than were sent, and states their hash',
  'other-account': 'a request is made with the credentials of another account',
  'credentials-expired': 'the credentials expire',
  'short-page': 'a list has shorter pages than was requested',
  // Processes.
  killed: 'a process is killed',
  paused: 'a process is paused for an hour',
  'clock-jump': 'the time of day of a host is set forward or back',
  aborted: 'a user ends a transfer by its signal',
  'source-failed': 'a source fails',
  'source-stalled': 'a source is silent for hours',
  'source-changed': 'a stream is resumed with another source',
  'consumer-failed': 'the consumer of a retrieval fails',
  'consumer-stalled': 'the consumer of a retrieval is slow',
  'listener-threw': 'a listener of an event throws',
  // Disks.
  'short-write': 'a write takes only some of the bytes',
  'disk-full': 'the disk is full',
  'disk-error': 'a call of the file system fails with EIO',
  'disk-slow': 'a call of the file system takes a while, so that other processes act meanwhile',
  'power-cut': 'a host loses power: what was not synced is lost',
  'cut-off': 'a host is cut off from the shared disk for minutes',
  'file-replaced': 'a file is replaced or deleted while it is open',
  // Buckets only. They come last: a run of a vault draws the others as if these did not exist.
  'error-in-success':
    'a completion is answered with 200 and an error in the body, whether or not it is carried out',
  'part-late': 'a part arrives after a newer one of its number, and replaces it',
  'write-conflict': '409: another write of the key is in progress; the upload may be gone after that',
  'own-object-exists': 'a repeated conditional completion is refused, because its own object exists',
  'object-deleted': 'somebody deletes an object',
  'head-denied': 'the credentials may not look at objects, or not at missing ones',
  'no-checksums': 'the server states no checksums, or lists none',
  'object-replaced': 'somebody replaces an object, while it is restored or read as well',
  'restore-refused': 'a restore is refused: the service has no capacity for its tier',
  'restore-unstated': 'a restore that was accepted is not stated for some seconds',
  'copy-expired': 'a restored copy is deleted before its time',
  'copy-refused': 'a restored copy is stated, and its bytes are refused',
  // Buckets below the SDK only.
  redirected: '307 or 301: the service redirects to another region',
} as const

/** A kind of fault. */
export type FaultKind = keyof typeof FAULT_KINDS

/** All kinds of faults. */
export const ALL_KINDS: readonly FaultKind[] = Object.keys(FAULT_KINDS) as FaultKind[]

const OF_BUCKETS: ReadonlySet<FaultKind> = new Set([
  ...(['error-in-success', 'part-late', 'write-conflict', 'own-object-exists'] as const),
  ...(['object-deleted', 'head-denied', 'no-checksums', 'object-replaced', 'restore-refused'] as const),
  ...(['restore-unstated', 'copy-expired', 'copy-refused', 'redirected'] as const),
])
/** Faults of HTTP that the port does not have: what could follow a redirect is below it. */
const OF_BUCKETS_BELOW_SDK: ReadonlySet<FaultKind> = new Set(['redirected'])
const OF_VAULTS: ReadonlySet<FaultKind> = new Set([
  ...(['job-expired', 'job-failed', 'completion-hashless', 'completion-unchecked'] as const),
  ...(['stored-damaged', 'other-account'] as const),
])

/** The kinds of faults that a run on a network can have. */
export function kindsOn(network: Network): readonly FaultKind[] {
  const others = isOfBucket(network) ? OF_VAULTS : OF_BUCKETS
  return ALL_KINDS.filter(
    (kind) => !others.has(kind) && (network === 'bucket-sdk' || !OF_BUCKETS_BELOW_SDK.has(kind)),
  )
}
