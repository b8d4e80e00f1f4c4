/** The checksum algorithms that the local bucket checks (https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html). */
import { createHash } from 'node:crypto'
import { CRC32, CRC32C, CRC64NVME, runningCrc, type CrcKind } from './crc.js'

/** How the checksum of a multipart object is made: from those of its parts, or as if of all its bytes. */
export type ChecksumType = 'COMPOSITE' | 'FULL_OBJECT'

/** The algorithms. */
export const CHECKSUM_ALGORITHMS = ['SHA256', 'SHA1', 'CRC32', 'CRC32C', 'CRC64NVME'] as const

/** The name of an algorithm, as in `x-amz-checksum-algorithm`. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number]

interface AlgorithmFacts {
  /** Bytes of a checksum. */
  readonly bytes: number
  /** The types that a multipart upload can have; the first is the default. */
  readonly types: readonly [ChecksumType, ...ChecksumType[]]
  /** The kind of a CRC. */
  readonly crc?: CrcKind
}

const FACTS: Readonly<Record<ChecksumAlgorithm, AlgorithmFacts>> = {
  SHA256: { bytes: 32, types: ['COMPOSITE'] },
  SHA1: { bytes: 20, types: ['COMPOSITE'] },
  CRC32: { bytes: 4, types: ['COMPOSITE', 'FULL_OBJECT'], crc: CRC32 },
  CRC32C: { bytes: 4, types: ['COMPOSITE', 'FULL_OBJECT'], crc: CRC32C },
  CRC64NVME: { bytes: 8, types: ['FULL_OBJECT'], crc: CRC64NVME },
}

/** Whether a text is the name of an algorithm. */
export function isChecksumAlgorithm(text: unknown): text is ChecksumAlgorithm {
  return (CHECKSUM_ALGORITHMS as readonly unknown[]).includes(text)
}

/** The types that a multipart upload with an algorithm can have; the first is the default. */
export function checksumTypesOf(algorithm: ChecksumAlgorithm): readonly [ChecksumType, ...ChecksumType[]] {
  return FACTS[algorithm].types
}

/** The kind of a CRC; `undefined` for a hash. */
export function crcOf(algorithm: ChecksumAlgorithm): CrcKind | undefined {
  return FACTS[algorithm].crc
}

/** The header of a checksum: `x-amz-checksum-sha256`. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`
}

/** The element of a checksum in XML: `ChecksumSHA256`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`
}

/** The bytes of a checksum in base64; `undefined` if the text is not one of the algorithm. */
export function checksumBytes(algorithm: ChecksumAlgorithm, text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === FACTS[algorithm].bytes && bytes.toString('base64') === text ? bytes : undefined
}

/** A checksum that is being computed. */
export interface RunningChecksum {
  /** Adds bytes. */
  update(bytes: Uint8Array): unknown
  /** The checksum; called once. */
  digest(): Buffer
}

/** Starts a checksum. */
export function runningChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  const crc = crcOf(algorithm)
  return crc ? runningCrc(crc) : createHash(algorithm.toLowerCase())
}
