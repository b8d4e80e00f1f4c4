/**
 * The client of a bucket over the real SDK and its real adapter. Only the request handler below the SDK is simulated.
 *
 * By choice the client of the SDK has the settings of the clients that this package makes, or those of a caller, who leaves
 * most of them to the SDK.
 */
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { BucketClient } from '../../../../lib/s3/bucket-client.js'
import { SdkBucketClient } from '../../../../lib/s3/sdk/sdk-bucket-client.js'
import type { BucketModel } from '../../bucket/bucket-model.js'
import { RestoreWatch } from '../../bucket/retrieval/restore-watch.js'
import type { SimProcess } from '../../world/sim-process.js'
import { CallRecords } from '../http/call-records.js'
import { SDK_SETTINGS } from '../http/sdk-settings.js'
import { SimCredentials } from '../http/sim-credentials.js'
import { SimHandler } from '../http/sim-handler.js'
import { BucketFront } from './bucket-front.js'

/** The settings of the clients that the package makes for an endpoint. */
const OF_PACKAGE = {
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  forcePathStyle: true,
} as const
/** The defaults of the SDK, and a setting of which the adapter makes one request all the same. */
const OF_CALLER = {
  requestChecksumCalculation: 'WHEN_SUPPORTED',
  responseChecksumValidation: 'WHEN_SUPPORTED',
  followRegionRedirects: true,
} as const

/** Makes the client of a process. The SDK reads and loads nothing after {@link prepareBucketSdk}. */
export function bucketSdkClient(process: SimProcess, bucket: BucketModel): BucketClient {
  const { name, world, runtime } = process
  const records = new CallRecords(bucket.history)
  const credentials = new SimCredentials(process)
  const handler = new SimHandler(process, new BucketFront(process, bucket), credentials, records)
  const settings = world.choices.pick(`${name}/client`, ['package', 'caller'], 0.3)
  const sdk = s3ClientWith(handler, credentials.provide, settings === 'package' ? OF_PACKAGE : OF_CALLER)
  return recorded(new SdkBucketClient(sdk, {}, runtime.clock), records, new RestoreWatch(process))
}

/** A client whose results are written into the records of its requests. */
function recorded(client: BucketClient, records: CallRecords, restores: RestoreWatch): BucketClient {
  return {
    refreshCredentials: async (signal) => client.refreshCredentials?.(signal),
    headObject: async (request) => {
      const facts = await records.run('headObject', keyOf(request), () => client.headObject(request))
      restores.looked(request.key, facts)
      return facts
    },
    putObject: (request) => records.run('putObject', keyOf(request), () => client.putObject(request)),
    createUpload: (request) =>
      records.run('createUpload', keyOf(request), () => client.createUpload(request)),
    uploadPart: (request) => {
      const range = { start: request.partNumber - 1, end: request.partNumber }
      const summary = { ...keyOf(request), uploadId: request.uploadId, range }
      return records.run('uploadPart', summary, () => client.uploadPart(request))
    },
    listParts: (request) => records.run('listParts', request, () => client.listParts(request)),
    completeUpload: (request) => records.run('completeUpload', request, () => client.completeUpload(request)),
    abortUpload: (request) => records.run('abortUpload', request, () => client.abortUpload(request)),
    getObject: (request) => records.run('getObject', request, () => client.getObject(request)),
    restoreObject: (request) => {
      restores.requests(request.key)
      return records.run('restoreObject', keyOf(request), () => client.restoreObject(request))
    },
    getAttributes: async (request) => {
      const page = await records.run('getAttributes', keyOf(request), () => client.getAttributes(request))
      restores.described(request.key, page.etag)
      return page
    },
    listObjects: (request) => client.listObjects(request),
    listUploads: (request) => client.listUploads(request),
    deleteObject: (request) => client.deleteObject(request),
    headBucket: (request) => client.headBucket(request),
  }
}

function keyOf({ key }: { readonly key: string }): { readonly key: string } {
  return { key }
}

/** Makes one request, so that the SDK loads its modules and its configuration before the first run. */
export async function prepareBucketSdk(): Promise<void> {
  const handle = (): Promise<never> => Promise.reject(new Error('prepared'))
  const key = { accessKeyId: 'a', secretAccessKey: 'b' }
  for (const settings of [OF_PACKAGE, OF_CALLER]) {
    const sdk = s3ClientWith({ handle }, () => Promise.resolve(key), settings)
    await new SdkBucketClient(sdk, {}).headObject({ bucket: 'b-b', key: 'k' }).catch(() => undefined)
  }
}

/** The settings that the SDK would read from the environment or from files are all given. */
function s3ClientWith(
  requestHandler: object,
  credentials: () => Promise<{ accessKeyId: string; secretAccessKey: string }>,
  settings: S3ClientConfig,
): S3Client {
  return new S3Client({
    ...settings,
    ...SDK_SETTINGS,
    endpoint: 'https://s3.us-east-1.amazonaws.com',
    credentials,
    requestHandler: requestHandler as never, // the handler has the members that the SDK uses
    useArnRegion: false,
    disableS3ExpressSessionAuth: true,
    sigv4aSigningRegionSet: () => Promise.resolve(undefined),
  })
}
