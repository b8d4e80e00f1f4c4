/** The operations on buckets: CreateBucket, HeadBucket, GetBucketLocation, DeleteBucket and ListBuckets. */
import type { MultipartRecord } from '../records/multipart-record.js'
import type { PartRecord } from '../records/part-record.js'
import { headerIn, parameterIn, type BucketRequest, type BucketResponse } from '../requests/bucket-request.js'
import { withBucket } from '../requests/bucket-access.js'
import { readWhole } from '../requests/xml-body.js'
import { BucketError, malformedXml } from '../service/bucket-error.js'
import { isBucketName, MIN_NAME_LENGTH } from '../service/bucket-names.js'
import { timeOf } from '../storage/bucket-context.js'
import { readXml, textOf } from '../xml/xml-reader.js'
import { xmlDocument } from '../xml/xml-writer.js'

/** The region whose buckets have no location constraint. */
const NO_CONSTRAINT = 'us-east-1'

/** CreateBucket: in the region that the request is signed for. */
export async function createBucket(request: BucketRequest): Promise<BucketResponse> {
  const { bucket, caller, stores } = request
  if (!isBucketName(bucket) || bucket.length < MIN_NAME_LENGTH) {
    throw new BucketError(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: bucket },
    })
  }
  assertConstraint(locationIn(await readWhole(request)), caller.region)
  const lock = headerIn(request, 'x-amz-bucket-object-lock-enabled')
  const existing = await stores.buckets.create({
    name: bucket,
    creationDate: timeOf(stores.context),
    accountId: caller.accountId,
    region: caller.region,
    hasObjectLock: lock?.toLowerCase() === 'true',
  })
  if (existing) assertOwn(existing.accountId, existing.region, request)
  return { status: 200, headers: { location: `/${bucket}` } }
}

/** HeadBucket. */
export async function headBucket(request: BucketRequest): Promise<BucketResponse> {
  const { record } = await withBucket(request)
  return { status: 200, headers: { 'x-amz-bucket-region': record.region } }
}

/** GetBucketLocation: empty for us-east-1. */
export async function getBucketLocation(request: BucketRequest): Promise<BucketResponse> {
  const { region } = (await withBucket(request)).record
  return { status: 200, xml: xmlDocument('LocationConstraint', region === NO_CONSTRAINT ? '' : region) }
}

/** DeleteBucket: of one without objects. */
export async function deleteBucket(request: BucketRequest): Promise<BucketResponse> {
  await withBucket(request)
  const { bucket, stores } = request
  const { buckets, uploads } = stores
  const unfinished = new Map<MultipartRecord, readonly PartRecord[]>()
  for (const upload of await uploads.list(bucket))
    unfinished.set(upload, await uploads.allParts(bucket, upload.uploadId))
  await buckets.delete(bucket)
  for (const [upload, parts] of unfinished) uploads.ended(upload, parts)
  return { status: 204 }
}

/** ListBuckets: all buckets of the account, on one page. */
export async function listBuckets(request: BucketRequest): Promise<BucketResponse> {
  const { caller, stores } = request
  const prefix = parameterIn(request, 'prefix') ?? ''
  const region = parameterIn(request, 'bucket-region')
  const buckets = await stores.buckets.list(caller.accountId)
  const shown = buckets.filter(
    (record) => record.name.startsWith(prefix) && (region === undefined || record.region === region),
  )
  return {
    status: 200,
    xml: xmlDocument('ListAllMyBucketsResult', {
      Owner: { ID: caller.accountId },
      Buckets: {
        Bucket: shown.map(({ name, creationDate, region: of }) => {
          return { Name: name, CreationDate: creationDate, BucketRegion: of }
        }),
      },
    }),
  }
}

function locationIn(body: Buffer): string | undefined {
  if (body.length === 0) return undefined
  const root = readXml(body)
  if (root.name !== 'CreateBucketConfiguration') throw malformedXml()
  return textOf(root, 'LocationConstraint')
}

function assertConstraint(constraint: string | undefined, region: string): void {
  if (constraint === NO_CONSTRAINT || constraint === '') {
    throw new BucketError(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid')
  }
  if ((constraint ?? NO_CONSTRAINT) === region) return
  throw new BucketError(
    400,
    'IllegalLocationConstraintException',
    `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this ` +
      'request was sent to.',
  )
}

/** The answer to the creation of a bucket that exists: in us-east-1, the owner may create it again. */
function assertOwn(accountId: string, region: string, { caller, bucket }: BucketRequest): void {
  const details = { fields: { BucketName: bucket } }
  if (accountId !== caller.accountId) {
    throw new BucketError(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. Please select a different name and try again.',
      details,
    )
  }
  if (region === NO_CONSTRAINT && caller.region === NO_CONSTRAINT) return
  throw new BucketError(
    409,
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    details,
  )
}
