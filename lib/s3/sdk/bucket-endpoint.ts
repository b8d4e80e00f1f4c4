/** The endpoint of a client of S3: without the bucket, which is in the host name or in the path of each request. */
import type * as Sdk from '@aws-sdk/client-s3'
import { preparedRequestOf, urlOf } from '../../client/sdk/configured-endpoint.js'

/** The bucket of a request that is not sent. */
const BUCKET = 'glacier-pipe-endpoint'
const IN_PATH = new RegExp(`/${BUCKET}/?$`)

/** Returns the URL of the endpoint. Makes no request, and fetches no credentials. */
export async function bucketEndpointOf(sdk: typeof Sdk, client: Sdk.S3Client): Promise<string> {
  const request = await preparedRequestOf(client, new sdk.HeadBucketCommand({ Bucket: BUCKET }))
  const { hostname, path } = request
  return urlOf({
    ...request,
    hostname: hostname.startsWith(`${BUCKET}.`) ? hostname.slice(BUCKET.length + 1) : hostname,
    path: path.replace(IN_PATH, ''),
  })
}
