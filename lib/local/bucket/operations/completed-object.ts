/** The object that the listed parts of an upload make. */
import { createHash } from 'node:crypto'
import { objectChecksum } from '../checksums/object-checksum.js'
import type { MultipartRecord } from '../records/multipart-record.js'
import type { ObjectRecord } from '../records/object-record.js'
import type { ObjectChecksum } from '../records/object-settings.js'
import type { NumberedPart } from '../records/part-record.js'
import { invalidPartOrder, type ListedPart } from '../requests/completed-parts.js'
import { BucketError, invalidRequest } from '../service/bucket-error.js'
import { MIN_PART_BYTES } from '../service/bucket-limits.js'

/** An object and its parts. */
export interface CompletedObject {
  readonly record: ObjectRecord
  readonly parts: readonly NumberedPart[]
}

/**
 * The object that parts make.
 *
 * @param listed - the parts in the request, in ascending order
 * @param stored - those of them that exist
 * @param time - now, in ISO 8601
 * @param partHashes - whether checksums are compared
 * @throws {BucketError} 400: a part is missing or another one, too small, or without its checksum
 */
export function completedObject(
  upload: MultipartRecord,
  listed: readonly ListedPart[],
  stored: readonly NumberedPart[],
  time: string,
  partHashes: boolean,
): CompletedObject {
  if (partHashes) assertChecksums(upload, listed)
  const byNumber = new Map(stored.map((part) => [part.number, part]))
  const parts = listed.map((part) => matching(upload, part, byNumber.get(part.number), partHashes))
  for (const { size, number, md5 } of parts.slice(0, -1))
    if (size < MIN_PART_BYTES) throw tooSmall(size, number, md5)
  const etag = createHash('md5')
  for (const { md5 } of parts) etag.update(md5, 'hex')
  const record: ObjectRecord = {
    key: upload.key,
    id: upload.uploadId,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: `${etag.digest('hex')}-${parts.length}`,
    lastModified: upload.initiated,
    storedAt: time,
    settings: upload.settings,
    checksum: checksumOf(upload, parts),
    partCount: parts.length,
  }
  return { record, parts }
}

/** Asserts what Amazon S3 asks of parts with checksums: each is listed with it, and the numbers are 1, 2, 3 and so on. */
function assertChecksums({ algorithm, checksumType }: MultipartRecord, listed: readonly ListedPart[]): void {
  for (const [index, { number, checksums }] of listed.entries()) {
    if (checksumType === 'COMPOSITE' && algorithm !== null && !checksums.has(algorithm)) {
      throw invalidRequest(
        `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the ` +
          `checksum for each part. It was missing for part ${number} in the request.`,
      )
    }
    if (checksums.size > 0 && number !== index + 1) throw invalidPartOrder()
  }
}

function matching(
  { uploadId, algorithm }: MultipartRecord,
  { number, etag, checksums }: ListedPart,
  part: NumberedPart | undefined,
  partHashes: boolean,
): NumberedPart {
  const areSame = [...checksums].every(([name, value]) => name === algorithm && value === part?.checksum)
  if (part?.md5 === etag && (areSame || !partHashes)) return part
  throw new BucketError(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { fields: { UploadId: uploadId, PartNumber: String(number), ETag: etag } },
  )
}

function checksumOf(
  { algorithm, checksumType: type }: MultipartRecord,
  parts: readonly NumberedPart[],
): ObjectChecksum | null {
  if (algorithm === null || type === null) return null
  const checked = parts.flatMap(({ size, checksum }) => (checksum === null ? [] : [{ size, checksum }]))
  if (checked.length < parts.length) return null // the server ran without checksums when a part came
  return { algorithm, type, value: objectChecksum(algorithm, type, checked) }
}

function tooSmall(size: number, number: number, etag: string): BucketError {
  return new BucketError(
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    {
      fields: {
        ProposedSize: String(size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(number),
        ETag: etag,
      },
    },
  )
}
