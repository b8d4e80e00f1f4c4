/** The bodies and headers of the responses of S3 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html). */
import type { ByteRange } from '../../../../lib/byte-range.js'
import type { ObjectHash } from '../../../../lib/s3/composite-hash.js'
import { compositeText } from '../../bucket/bucket-content.js'
import type {
  AttributesResponse,
  HeadResponse,
  PartResponse,
  PartsPageResponse,
  RangeResponse,
  StoredObjectResponse,
} from '../../bucket/bucket-service.js'
import type { ServiceRefusal } from '../../service/service.js'
import { bytesReply, emptyReply, type Reply } from '../http/http.js'
import { documentOf, type NewElement } from './xml-document.js'

const XML = { 'content-type': 'application/xml' }

/** A reply with a document. */
export function xmlReply(
  root: string,
  content: readonly NewElement[],
  headers: Record<string, string | undefined> = {},
): Reply {
  return bytesReply(200, documentOf(root, content), { ...XML, ...headers })
}

/** The reply that refuses a request. */
export function refusalReply({ status, code, message }: ServiceRefusal): Reply {
  const content: readonly NewElement[] = [
    ['Code', code],
    ['Message', message],
    ['RequestId', 'simulated'],
    ['HostId', 'simulated'],
  ]
  return bytesReply(status, documentOf('Error', content), XML)
}

/** The description of an object. STANDARD is not stated. */
export function headReply(found: HeadResponse): Reply {
  const { size, storedMs, storageClass, archiveStatus, restore, encryption, metadata } = found
  const own = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value] as const)
  return emptyReply(200, {
    ...storedHeaders(found),
    ...Object.fromEntries(own),
    'content-length': String(size),
    'content-type': 'binary/octet-stream',
    'accept-ranges': 'bytes',
    'last-modified': httpDate(storedMs),
    'x-amz-storage-class': storageClass === 'STANDARD' ? undefined : storageClass,
    'x-amz-archive-status': archiveStatus,
    'x-amz-restore':
      restore &&
      (restore.expiryDate === undefined
        ? `ongoing-request="${restore.isInProgress}"`
        : `ongoing-request="${restore.isInProgress}", expiry-date="${httpDate(Date.parse(restore.expiryDate))}"`),
    'x-amz-server-side-encryption': encryption,
  })
}

/** The reply to a request that has stored an object. */
export function storedReply(stored: StoredObjectResponse): Reply {
  return emptyReply(200, storedHeaders(stored))
}

/** The reply to a request that has stored a part. */
export function partReply({ etag, sha256 }: PartResponse): Reply {
  return emptyReply(200, { etag, 'x-amz-checksum-sha256': base64Of(sha256) })
}

/** The reply to a completion. */
export function completedReply(
  { bucket, key }: { readonly bucket: string; readonly key: string },
  { etag, versionId, hash }: StoredObjectResponse,
): Reply {
  const content: readonly NewElement[] = [
    ['Location', `https://${bucket}.s3.us-east-1.amazonaws.com/${encodeURIComponent(key)}`],
    ['Bucket', bucket],
    ['Key', key],
    ['ETag', etag],
    ['ChecksumSHA256', hash && compositeText(hash)],
    ['ChecksumType', hash && typeOf(hash)],
  ]
  return xmlReply('CompleteMultipartUploadResult', content, { 'x-amz-version-id': versionId })
}

/** A page of the parts of an upload. The marker is stated on the last page as well. */
export function partsReply(
  upload: { readonly bucket: string; readonly key: string; readonly uploadId: string },
  { items, marker }: PartsPageResponse,
  storageClass: string,
): Reply {
  return xmlReply('ListPartsResult', [
    ['Bucket', upload.bucket],
    ['Key', upload.key],
    ['UploadId', upload.uploadId],
    ['NextPartNumberMarker', marker ?? items.at(-1)?.partNumber ?? 0],
    ['MaxParts', 1000],
    ['IsTruncated', marker !== undefined],
    ...items.map(({ partNumber, size, etag, sha256 }): NewElement => [
      'Part',
      [
        ['PartNumber', partNumber],
        ['ETag', etag],
        ['Size', size],
        ['ChecksumSHA256', base64Of(sha256)],
      ],
    ]),
    ['StorageClass', storageClass],
  ])
}

/** A description of an object and its parts. The hash of an object of several parts has no number of parts here. */
export function attributesReply({ items, marker, parts, hash, ...object }: AttributesResponse): Reply {
  const listed = items.map(({ partNumber, size, sha256 }): NewElement => [
    'Part',
    [
      ['ChecksumSHA256', base64Of(sha256)],
      ['PartNumber', partNumber],
      ['Size', size],
    ],
  ])
  const content: readonly NewElement[] = [
    ['ETag', object.etag],
    [
      'Checksum',
      hash && [
        ['ChecksumSHA256', base64Of(hash.sha256)],
        ['ChecksumType', typeOf(hash)],
      ],
    ],
    [
      'ObjectParts',
      parts === undefined
        ? undefined
        : [
            ['PartsCount', parts],
            ['NextPartNumberMarker', marker ?? items.at(-1)?.partNumber ?? 0],
            ['IsTruncated', marker !== undefined],
            ...listed,
          ],
    ],
    ['StorageClass', object.storageClass],
    ['ObjectSize', object.size],
  ]
  return xmlReply('GetObjectAttributesResponse', content, { 'x-amz-version-id': object.versionId })
}

/**
 * A range of an object.
 *
 * @param range - `undefined` for the complete object, without a range in the response
 */
export function rangeReply(
  { bytes, size, etag, versionId }: RangeResponse,
  range: Pick<ByteRange, 'start'> | undefined,
): Reply {
  return bytesReply(range ? 206 : 200, bytes, {
    'content-type': 'binary/octet-stream',
    'accept-ranges': 'bytes',
    'content-range': range && `bytes ${range.start}-${range.start + bytes.length - 1}/${size}`,
    etag,
    'x-amz-version-id': versionId,
  })
}

function storedHeaders({ etag, versionId, hash }: StoredObjectResponse): Record<string, string | undefined> {
  return {
    etag,
    'x-amz-version-id': versionId,
    'x-amz-checksum-sha256': hash && compositeText(hash),
    'x-amz-checksum-type': hash && typeOf(hash),
  }
}

function typeOf({ parts }: ObjectHash): string {
  return parts === undefined ? 'FULL_OBJECT' : 'COMPOSITE'
}

function base64Of(hex: string | undefined): string | undefined {
  return hex === undefined ? undefined : Buffer.from(hex, 'hex').toString('base64')
}

/** A time of HTTP: it has no fractions of a second. */
function httpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString()
}
