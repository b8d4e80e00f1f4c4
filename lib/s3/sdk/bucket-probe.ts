/** Facts about a bucket for a diagnosis: whether the service responds, and what it says. */
import type * as Sdk from '@aws-sdk/client-s3'
import { observeHeaders, type Probe } from '../../client/diagnosis.js'
import type { PrefixRequest } from '../bucket-requests.js'
import type { BucketConnection } from './bucket-connection.js'
import { regionName, toBucketError } from './bucket-error.js'
import { paidBucketOf, present } from './operations/request-fields.js'

/** The response to one request about a bucket. */
export interface BucketProbe extends Probe {
  /** The region of the bucket, as the response states it; `undefined` if it does not. */
  readonly region: string | undefined
}

/**
 * Makes one request that changes nothing: ListObjectsV2 for at most one key. HeadBucket needs the same permission, and its
 * refusals have no body: it cannot distinguish a wrong secret from a denied permission. Never rejects.
 */
export async function probeBucket(
  connection: BucketConnection,
  request: PrefixRequest,
): Promise<BucketProbe> {
  const operation = 'ListObjectsV2'
  const { prefix, signal } = request
  let serviceTime = NaN
  let region: string | undefined
  const command = (sdk: typeof Sdk): Sdk.ListObjectsV2Command => {
    const input = { ...paidBucketOf(request), ...present({ Prefix: prefix }), MaxKeys: 1 }
    const list = new sdk.ListObjectsV2Command(input)
    observeHeaders(list.middlewareStack, (headers) => {
      serviceTime = Date.parse(String(headers.date))
      region = regionName(headers['x-amz-bucket-region'])
    })
    return list
  }
  const error = await connection.call(operation, request, 'xml', command).then(
    () => undefined,
    (thrown: unknown) => toBucketError(operation, thrown, signal, undefined, undefined),
  )
  return { serviceTime, region, error }
}
