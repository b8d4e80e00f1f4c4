/** GetObjectAttributes: of any object, also of one that is archived. */
import { checksumElement } from '../checksums/checksum-algorithms.js'
import { withBucket } from '../requests/bucket-access.js'
import { headerIn, pageSize, type BucketRequest, type BucketResponse } from '../requests/bucket-request.js'
import { invalidArgument } from '../service/bucket-error.js'
import type { StoredObject } from '../storage/stored-object.js'
import { xmlDocument, type XmlElements } from '../xml/xml-writer.js'
import { assertNoVersion } from './read-object.js'
import { partMarker } from './upload-lists.js'

const ATTRIBUTES = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const

/**
 * GetObjectAttributes. As at Amazon S3, a composite has no suffix here, and the parts of an object without a composite are only
 * counted (verified against S3 in https://github.com/floci-io/floci/issues/3083 and
 * https://github.com/localstack/localstack/pull/12764).
 */
export async function getObjectAttributes(given: BucketRequest): Promise<BucketResponse> {
  const request = await withBucket(given)
  const { bucket, key, stores } = request
  const requested = attributesIn(request)
  assertNoVersion(request)
  const object = await stores.objects.find(bucket, key)
  const { record } = object
  const { checksum, partCount } = record
  const content: Record<string, XmlElements[string]> = {}
  if (requested.has('ETag')) content.ETag = record.etag
  if (requested.has('Checksum') && checksum) {
    content.Checksum = {
      [checksumElement(checksum.algorithm)]: checksum.value.replace(/-\d+$/, ''),
      ChecksumType: checksum.type,
    }
  }
  if (requested.has('ObjectParts') && partCount !== null) {
    content.ObjectParts = await partsOf(request, object, partCount)
  }
  if (requested.has('StorageClass')) content.StorageClass = record.settings.storageClass
  if (requested.has('ObjectSize')) content.ObjectSize = record.size
  return {
    status: 200,
    headers: { 'last-modified': new Date(record.lastModified).toUTCString() },
    storageClass: record.settings.storageClass,
    xml: xmlDocument('GetObjectAttributesResponse', content),
  }
}

async function partsOf(
  request: BucketRequest,
  object: StoredObject,
  partCount: number,
): Promise<XmlElements> {
  const { checksum } = object.record
  if (checksum?.type !== 'COMPOSITE') return { PartsCount: partCount }
  const max = pageSize('max-parts', headerIn(request, 'x-amz-max-parts'))
  const marker = partMarker(headerIn(request, 'x-amz-part-number-marker'))
  const rest = (await request.stores.objects.partsOf(object)).filter(({ number }) => number > marker)
  const shown = rest.slice(0, max)
  return {
    PartsCount: partCount,
    PartNumberMarker: marker,
    NextPartNumberMarker: shown.at(-1)?.number ?? 0,
    MaxParts: max,
    IsTruncated: rest.length > shown.length,
    Part: shown.map((part) => ({
      PartNumber: part.number,
      Size: part.size,
      ...(part.checksum !== null && { [checksumElement(checksum.algorithm)]: part.checksum }),
    })),
  }
}

function attributesIn(request: BucketRequest): ReadonlySet<string> {
  const text = headerIn(request, 'x-amz-object-attributes') ?? ''
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => (ATTRIBUTES as readonly string[]).includes(name))) return new Set(names)
  throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', text)
}
