/** The checksum of a multipart object, from those of its parts. */
import { combinedCrc } from './crc.js'
import {
  checksumBytes,
  crcOf,
  runningChecksum,
  type ChecksumAlgorithm,
  type ChecksumType,
} from './checksum-algorithms.js'
import { invariant } from '../../../invariant.js'

/** A part, as far as the checksum of its object needs it. */
export interface CheckedPart {
  /** Bytes. */
  readonly size: number
  /** Base64. */
  readonly checksum: string
}

/**
 * The checksum of an object.
 *
 * - `COMPOSITE`: the checksum of the concatenated checksums of the parts, with `-` and the number of parts.
 * - `FULL_OBJECT`: the checksum of all bytes, of CRCs only.
 *
 * @param parts - in their order; at least one
 * @returns base64; of a composite with its suffix
 */
export function objectChecksum(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly CheckedPart[],
): string {
  const values = parts.map(({ checksum, size }) => {
    const bytes = checksumBytes(algorithm, checksum)
    invariant(bytes !== undefined, 'a stored checksum was checked')
    return { bytes, size }
  })
  if (type === 'COMPOSITE') {
    const composite = runningChecksum(algorithm)
    for (const { bytes } of values) composite.update(bytes)
    return `${composite.digest().toString('base64')}-${parts.length}`
  }
  const kind = crcOf(algorithm)
  invariant(kind !== undefined, 'only CRCs have the type FULL_OBJECT')
  const whole = values.reduce((before, { bytes, size }) => {
    return { bytes: combinedCrc(kind, before.bytes, bytes, size), size }
  })
  return whole.bytes.toString('base64')
}
