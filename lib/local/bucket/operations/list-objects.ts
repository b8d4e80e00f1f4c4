/** ListObjectsV2, in the order of the bytes of the keys. */
import { markersOf, type MarkerForm } from '../../service/marker.js'
import { mapConcurrently } from '../../service/concurrency-limit.js'
import { withBucket } from '../requests/bucket-access.js'
import {
  headerIn,
  pageSize,
  parameterIn,
  type BucketRequest,
  type BucketResponse,
  type ObjectRequest,
} from '../requests/bucket-request.js'
import { encodingOf } from '../requests/list-encoding.js'
import { invalidArgument } from '../service/bucket-error.js'
import { isArchiveClass } from '../service/storage-classes.js'
import type { StoredObject } from '../storage/stored-object.js'
import { type XmlElements, xmlDocument } from '../xml/xml-writer.js'
import { pageOfKeys } from './key-page.js'

/** Objects that are read at the same time for a page. */
const READ_AT_ONCE = 8

/** ListObjectsV2. */
export async function listObjects(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, stores } = request
  const max = pageSize('max-keys', parameterIn(request, 'max-keys'))
  const prefix = parameterIn(request, 'prefix') ?? ''
  const delimiter = parameterIn(request, 'delimiter') ?? ''
  const startAfter = parameterIn(request, 'start-after') ?? ''
  const token = parameterIn(request, 'continuation-token')
  const { encode, name } = encodingOf(request)
  const markers = markersOf(JSON.stringify([bucket, prefix, delimiter]))
  const after = token === undefined ? startAfter : keyIn(markers, token)
  const keys = await stores.keys.of(bucket)
  const page = pageOfKeys(keys, { prefix, delimiter, after, max })
  const found = await mapConcurrently(page.keys, READ_AT_ONCE, async (key) =>
    stores.objects.lookUp(bucket, key),
  )
  const objects = found.filter((object) => object !== undefined)
  return {
    status: 200,
    xml: xmlDocument('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      StartAfter: startAfter === '' ? undefined : encode(startAfter),
      EncodingType: name,
      ContinuationToken: token,
      NextContinuationToken:
        page.next === undefined ? undefined : markers.write(Buffer.from(page.next).toString('base64url')),
      KeyCount: objects.length + page.prefixes.length,
      MaxKeys: max,
      IsTruncated: page.next !== undefined,
      Contents: await mapConcurrently(objects, READ_AT_ONCE, async (object) =>
        entryOf(request, object, encode),
      ),
      CommonPrefixes: page.prefixes.map((common) => ({ Prefix: encode(common) })),
    }),
  }
}

async function entryOf(
  request: ObjectRequest,
  object: StoredObject,
  encode: (text: string) => string,
): Promise<XmlElements> {
  const { key, lastModified, etag, size, settings, checksum } = object.record
  const isOwnerShown = parameterIn(request, 'fetch-owner') === 'true'
  const isRestoreShown = headerIn(request, 'x-amz-optional-object-attributes') === 'RestoreStatus'
  const isArchived = isRestoreShown && isArchiveClass(settings.storageClass)
  const restore = isArchived ? await request.stores.restores.stateOf(object) : { state: 'none' as const }
  return {
    Key: encode(key),
    LastModified: lastModified,
    ETag: `"${etag}"`,
    ...(checksum && { ChecksumAlgorithm: checksum.algorithm, ChecksumType: checksum.type }),
    Size: size,
    Owner: isOwnerShown ? { ID: request.record.accountId } : undefined,
    StorageClass: settings.storageClass,
    RestoreStatus:
      restore.state === 'none'
        ? undefined
        : {
            IsRestoreInProgress: restore.state === 'ongoing',
            RestoreExpiryDate:
              restore.state === 'restored' ? new Date(restore.expiresMs).toISOString() : undefined,
          },
  }
}

function keyIn(markers: MarkerForm, token: string): string {
  const key = markers.read(token)
  if (key === undefined)
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token)
  return Buffer.from(key, 'base64url').toString()
}
