/**
 * Checks of the two requests that have an archive's bytes (docs/glacier-protocol.md#archives,
 * docs/glacier-protocol.md#multipart-uploads).
 */
import { parseInclusive, toContentRange } from '../../glacier/range-format.js'
import type { ByteRange } from '../../byte-range.js'
import { MAX_PARTS, MAX_PART_SIZE } from '../../glacier/limits.js'
import { requiredHeader } from '../requests/request-values.js'
import type { RequestContext } from '../requests/request-context.js'
import type { ReceivedPart } from '../storage/part-file.js'
import { invalidParameter, missingParameter, payloadMismatch } from '../service/api-error.js'

/**
 * The length of the body, by its header.
 *
 * @returns bytes
 * @throws {ApiError} 400: it is absent or out of range
 */
export function announcedLength({ headers }: RequestContext): number {
  const length = headers['content-length']
  if (length === undefined) throw missingParameter('Content-Length')
  if (!(Number(length) >= 1 && Number(length) <= MAX_PART_SIZE)) {
    throw invalidParameter(`Invalid Content-Length: ${length}`)
  }
  return Number(length)
}

/**
 * The hashes of the body, by its headers.
 *
 * @returns a function that compares the received body with them
 *
 * @throws {ApiError} 400: one is absent or not a SHA-256
 */
export function announcedHashes(context: RequestContext): (received: ReceivedPart) => void {
  const treeHash = hashIn(context, 'x-amz-sha256-tree-hash')
  const linearHash = hashIn(context, 'x-amz-content-sha256')
  return (received) => {
    if (received.linearHash !== linearHash) throw payloadMismatch(received.linearHash, linearHash)
    if (received.treeHash !== treeHash) {
      throw invalidParameter(`Checksum mismatch: expected ${treeHash}, computed ${received.treeHash}`)
    }
  }
}

/**
 * A tree hash or a SHA-256 in a header: 64 lowercase hex digits.
 *
 * @throws {ApiError} 400: it is absent, or not such a hash
 */
export function hashIn(context: RequestContext, name: string): string {
  const hash = requiredHeader(context, name)
  if (!/^[0-9a-f]{64}$/.test(hash)) throw invalidParameter(`Invalid ${name}: ${hash}`) // such as UNSIGNED-PAYLOAD
  return hash
}

/**
 * The range of a part, by its Content-Range: `bytes 0-1048575/*`, or with the length of the archive instead of `*`. The
 * guide shows the first form and refers to RFC 2616, which has both; some clients send the second. The completion does not
 * compare the length with the archive.
 *
 * @param partSize - bytes of each part of the upload
 * @throws {ApiError} 400: the range is absent, is not that of a part, or has another length than the body
 */
export function announcedRange(context: RequestContext, partSize: number): ByteRange {
  const text = requiredHeader(context, 'content-range')
  const [, bounds = '', total = ''] = /^bytes (\d+-\d+)\/(\*|\d+)$/.exec(text) ?? []
  const range = parseInclusive(bounds)
  if (!range || range.end > (total === '*' ? Infinity : Number(total)))
    throw invalidParameter(`Invalid Content-Range: ${text}`)
  const length = announcedLength(context)
  if (range.end - range.start !== length) {
    throw invalidParameter(`Content-Range: ${text} is incompatible with Content-Length: ${length}`)
  }
  assertPartRange(range, partSize)
  return range
}

function assertPartRange(part: ByteRange, partSize: number): void {
  const { start, end } = part
  const range = toContentRange(part)
  if (start % partSize !== 0) {
    throw invalidParameter(
      `Invalid Content-Range: ${range}; a part starts at a multiple of the part size, ${partSize}.`,
    )
  }
  if (end - start > partSize) {
    throw invalidParameter(
      `Invalid Content-Range: ${range}; a part has at most the part size, ${partSize} bytes.`,
    )
  }
  const index = start / partSize
  if (index >= MAX_PARTS) {
    throw invalidParameter(
      `This is part number ${index + 1} for the current multipart upload. ` +
        `It exceeds the limit of ${MAX_PARTS} parts.`,
    )
  }
}
