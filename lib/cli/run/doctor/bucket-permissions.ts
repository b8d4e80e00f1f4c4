/** The permissions that commands for buckets need: each is tried by a request that changes nothing, or that is undone. */
import { randomUUID } from 'node:crypto'
import { NotFoundError } from '../../../errors.js'
import type { BucketProbe } from '../../../s3/sdk/bucket-probe.js'
import type { KeyRequest } from '../../../s3/bucket-requests.js'
import { MAX_KEY_BYTES, printAddress } from '../../../s3/s3-address.js'
import { DEFAULT_STORAGE_CLASS } from '../../../s3/storage-classes.js'
import type { BucketFacts, BucketSubject } from './bucket-subject.js'
import type { Finding } from './check.js'
import { permissionFinding, UNTRIED, WRITE_CHECKS_MORE, type Permission } from './permission-check.js'
import { uploadPermissions, type CheckedUpload } from './upload-permissions.js'

/** Tries the permissions of the actions that commands need, with the least number of requests: S3 charges for them. */
export async function bucketPermissions(
  { subject, probed, listUploads }: BucketFacts,
  signal: AbortSignal,
): Promise<Finding> {
  const permissions: Permission[] = [
    {
      action: 'ListBucket',
      commands: 'catalog rebuild, and for put to see whether a key is taken',
      try: () => (probed.error ? Promise.reject(probed.error) : Promise.resolve()),
    },
    { action: 'ListBucketMultipartUploads', commands: 'uploads', try: listUploads },
    { action: 'GetObject', commands: 'get', try: () => headMissing(subject, probed, signal) },
    ...(subject.write ? uploadPermissions(checkedUpload(subject, listUploads, signal)) : []),
  ]
  return permissionFinding(permissions, 's3:', 'bucket', subject.write ? '' : WRITE_CHECKS_MORE)
}

/** A request about a key that no object has. Below a long prefix, only some of the name finds room. */
function newKeyRequest({ place }: BucketSubject, signal: AbortSignal): KeyRequest {
  const { bucket, expectedBucketOwner, requesterPays, prefix } = place
  const name = `glacier-pipe-doctor-${randomUUID()}`
  const key = `${prefix}${name.slice(0, MAX_KEY_BYTES - Buffer.byteLength(prefix))}`
  return { bucket, expectedBucketOwner, requesterPays, key, signal }
}

/**
 * Describes an object that does not exist. To those who may list the bucket, the service responds 404 with the permission, and
 * 403 without; to others, 403 in any case.
 */
async function headMissing(
  subject: BucketSubject,
  probed: BucketProbe,
  signal: AbortSignal,
): Promise<unknown> {
  if (probed.error) return UNTRIED
  await subject.client.headObject(newKeyRequest(subject, signal)).catch((error: unknown) => {
    if (!(error instanceof NotFoundError)) throw error
  })
  return undefined
}

/** An upload in the class of `put`. It is begun after the list was read, which must not have it. */
function checkedUpload(
  subject: BucketSubject,
  listUploads: BucketFacts['listUploads'],
  signal: AbortSignal,
): CheckedUpload {
  const { client, repeating } = subject
  const request = newKeyRequest(subject, signal)
  const begin = (): Promise<string> =>
    client.createUpload({ ...request, storageClass: DEFAULT_STORAGE_CLASS })
  return {
    place: printAddress(request),
    action: 'PutObject',
    begin: () => listUploads().then(begin, begin),
    abort: (uploadId) => repeating.abortUpload({ ...request, uploadId }),
  }
}
