/** The permissions that commands for buckets need: each is tried by a request that changes nothing, or that is undone. */
import { randomUUID } from 'node:crypto'
import { NotFoundError } from '../../../errors.js'
import type { BucketProbe } from '../../../s3/sdk/bucket-probe.js'
import type { KeyRequest } from '../../../s3/bucket-requests.js'
import { DEFAULT_STORAGE_CLASS } from '../../../s3/storage-classes.js'
import type { BucketFacts, BucketSubject } from './bucket-subject.js'
import type { Finding } from './check.js'
import { permissionFinding, UNTRIED, WRITE_CHECKS_MORE, type Permission } from './permission-check.js'

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
    ...(subject.write ? uploadPermissions(subject, signal) : []),
  ]
  return permissionFinding(permissions, 's3:', 'bucket', subject.write ? '' : WRITE_CHECKS_MORE)
}

/** A request about a key that no object has. */
function newKeyRequest({ place }: BucketSubject, signal: AbortSignal): KeyRequest {
  const { bucket, expectedBucketOwner, requesterPays, prefix } = place
  const key = `${prefix}glacier-pipe-doctor-${randomUUID()}`
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

/** Begins an upload in the class of `put`, and aborts it: nothing is stored, and no part is charged for. */
function uploadPermissions(subject: BucketSubject, signal: AbortSignal): Permission[] {
  const { client } = subject
  const request = newKeyRequest(subject, signal)
  const begun = client.createUpload({ ...request, storageClass: DEFAULT_STORAGE_CLASS })
  return [
    { action: 'PutObject', commands: 'put', isRequired: true, try: () => begun },
    {
      action: 'AbortMultipartUpload',
      commands: 'uploads --abort (the upload of this check remains, without parts)',
      try: async () => {
        const uploadId = await begun.catch(() => undefined)
        return uploadId === undefined ? UNTRIED : client.abortUpload({ ...request, uploadId })
      },
    },
  ]
}
