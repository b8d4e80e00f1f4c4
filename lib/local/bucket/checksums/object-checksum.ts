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
  const values = parts.map(({ checksum }) => {
    const bytes = checksumBytes(algorithm, checksum)
    invariant(bytes !== undefined, 'a stored checksum was checked')
    return bytes
  })
  if (type === 'COMPOSITE') {
    const composite = runningChecksum(algorithm)
    for (const value of values) composite.update(value)
    return `${composite.digest().toString('base64')}-${parts.length}`
  }
  const kind = crcOf(algorithm)
  invariant(kind !== undefined, 'only CRCs have the type FULL_OBJECT')
  const whole = values.reduce((before, value, index) =>
    combinedCrc(kind, before, value, parts[index]?.size ?? 0),
  )
  return whole.toString('base64')
}
