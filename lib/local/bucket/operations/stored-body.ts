/** The bytes of an object or a part: what their headers must say, and how they are received. */
import type { PartRecord } from '../records/part-record.js'
import type { ObjectRequest } from '../requests/bucket-request.js'
import { BucketError } from '../service/bucket-error.js'
import { MAX_PART_BYTES } from '../service/bucket-limits.js'
import { timeOf } from '../storage/bucket-context.js'
import { writePart } from '../storage/part-files.js'

/**
 * Asserts that the length of a body is known before it is received, and is not too large.
 *
 * @throws {BucketError} 411 `MissingContentLength`; 400 `EntityTooLarge`
 */
export function assertLength({ body }: ObjectRequest): void {
  const { length } = body.announced
  if (length === undefined)
    throw new BucketError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.')
  if (length > MAX_PART_BYTES) {
    throw new BucketError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
      fields: { ProposedSize: String(length), MaxSizeAllowed: String(MAX_PART_BYTES) },
    })
  }
}

/**
 * Receives a body into the file of a part, and checks it.
 *
 * @param path - the file, which must not exist
 * @throws {BucketError} 400: the body is not the one that was announced
 */
export async function receiveBody({ body, stores }: ObjectRequest, path: string): Promise<PartRecord> {
  return writePart(path, body.bytes(), () => {
    const { size, md5, checksum } = body.checkedHashes()
    return { size, md5, checksum: checksum ?? null, lastModified: timeOf(stores.context) }
  })
}
