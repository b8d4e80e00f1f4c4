/**
 * Checks of a bucket: whether the service accepts requests, its clock, the bucket, and what the credentials may do. They make
 * requests that change nothing, except for the check of uploads, which must be requested.
 */
import { AccessDeniedError, MissingPackageError, NotFoundError, ServiceError } from '../../../errors.js'
import type { ListedUpload } from '../../../s3/bucket-responses.js'
import { probeBucket, type BucketProbe } from '../../../s3/sdk/bucket-probe.js'
import type { Page } from '../../../store/pages.js'
import { bucketPermissions } from './bucket-permissions.js'
import type { BucketFacts, BucketSubject } from './bucket-subject.js'
import { failed, failedWith, ok, warning, withoutRegion, type Check, type Finding } from './check.js'
import { clockFinding } from './clock-check.js'
import { openUploadsFinding } from './open-uploads-check.js'

/** The difference of clocks beyond which S3 refuses signatures, with RequestTimeTooSkewed. */
const BUCKET_SKEW_MS = 900_000

/** Makes the checks. One request finds out whether the bucket can be reached; if not, the others are not made. */
export function bucketChecks(subject: BucketSubject, signal: AbortSignal): Check[] {
  const { client, place, now } = subject
  const probed = probeBucket(client.connection, { ...place, signal })
  let uploads: Promise<Page<ListedUpload>> | undefined
  const listUploads = (): Promise<Page<ListedUpload>> =>
    (uploads ??= client.listUploads({ ...place, signal }))
  const ifReached = (
    run: (found: BucketFacts, checkSignal: AbortSignal) => Promise<Finding>,
  ): Check['run'] => {
    return async (checkSignal) => {
      const found = await probed
      return isReached(found)
        ? run({ subject, probed: found, listUploads }, checkSignal)
        : warning('not checked', 'Reach the bucket first.')
    }
  }
  return [
    { name: 'service', run: async () => serviceFinding(await probed) },
    { name: 'clock', run: async () => clockFinding(await probed, now, BUCKET_SKEW_MS) },
    { name: 'bucket', run: async () => bucketFinding({ subject, probed: await probed, listUploads }) },
    {
      name: 'permissions',
      run: ifReached((found, checkSignal) => bucketPermissions(found, checkSignal)),
    },
    { name: 'uploads', run: ifReached(() => openUploadsFinding(listUploads, place, now)) },
  ]
}

/** Whether the service accepts the signature for this bucket: it may deny this request, and allow others. */
function isReached({ error }: BucketProbe): boolean {
  return error === undefined || error instanceof AccessDeniedError
}

function serviceFinding(found: BucketProbe): Finding {
  const { error } = found
  if (error instanceof MissingPackageError) return withoutPackage()
  if (reasonOf(found) === 'region-missing') return withoutRegion()
  if (reasonOf(found) === 'wrong-region') return ok('it responds')
  return isReached(found) || error instanceof NotFoundError
    ? ok('it accepts requests with these credentials')
    : failedWith(
        error,
        'Correct the lines above that failed; otherwise check the network and the credentials.',
      )
}

/** The finding of a check that needs the SDK for S3, which is not installed. */
export function withoutPackage(): Finding {
  return warning('not checked', 'Install the package first.')
}

async function bucketFinding({ subject, probed, listUploads }: BucketFacts): Promise<Finding> {
  const { place, isLocal, region } = subject
  const name = `s3://${place.bucket}`
  if (reasonOf(probed) === 'wrong-region') {
    const { region: right } = probed
    return right === undefined
      ? failedWith(probed.error, 'Give the region of the bucket with --region, or set AWS_REGION.')
      : failed(
          `${name} is in the region ${right}, and requests go to ${await region()}`,
          `Give --region ${right}, or set AWS_REGION.`,
        )
  }
  if (probed.error instanceof NotFoundError)
    return isLocal
      ? warning(`${name} does not exist yet`, 'put creates it.')
      : failed(`${name} does not exist`, `Check its name, or create it, as with: aws s3 mb ${name}`)
  if (!isReached(probed)) return warning('not checked', 'Make the service accept requests first.')
  const exists = probed.region === undefined ? `${name} exists` : `${name} exists, in ${probed.region}`
  if (probed.error === undefined) return ok(exists)
  // The denied request says nothing about the bucket. Another one may.
  return listUploads().then(
    () => ok(exists),
    (error: unknown) => {
      if (error instanceof NotFoundError) return failed(`${name} does not exist`, 'Check its name.')
      if (!(error instanceof AccessDeniedError)) throw error
      return warning(
        'not checked: ListObjectsV2 and ListMultipartUploads are denied',
        place.expectedBucketOwner === undefined
          ? 'Allow s3:ListBucket or s3:ListBucketMultipartUploads, and check the name of the bucket: it may be of another account.'
          : `Check whether the account ${place.expectedBucketOwner} owns the bucket, and allow s3:ListBucket or s3:ListBucketMultipartUploads.`,
      )
    },
  )
}

function reasonOf({ error }: BucketProbe): ServiceError['reason'] {
  return error instanceof ServiceError ? error.reason : undefined
}
