/**
 * Cyclic redundancy checks, reflected and with all bits inverted before and after: CRC-32, CRC-32C and CRC-64/NVME. The
 * check of a concatenation is computed from those of its pieces, as Amazon S3 does for checksums of the type `FULL_OBJECT`.
 */
import { crc32 } from 'node:zlib'

/** A kind of check. */
export interface CrcKind {
  /** 32 or 64. */
  readonly bits: number
  /** The polynomial, reflected, without its highest term. */
  readonly polynomial: bigint
}

/** CRC-32 of ISO-HDLC, as in zip and gzip. */
export const CRC32: CrcKind = { bits: 32, polynomial: 0xedb88320n }
/** CRC-32C of Castagnoli. */
export const CRC32C: CrcKind = { bits: 32, polynomial: 0x82f63b78n }
/** CRC-64 of NVM Express. The check of `123456789` is `ae8b14860a799888`. */
export const CRC64NVME: CrcKind = { bits: 64, polynomial: 0x9a6c9329ac4bc9b5n }

/** The bytes of the value, big-endian: 4 or 8. */
export interface RunningCrc {
  /** Adds bytes. */
  update(bytes: Uint8Array): void
  /** The check of all bytes so far. */
  digest(): Buffer
}

/** Starts a check. */
export function runningCrc(kind: CrcKind): RunningCrc {
  return kind === CRC32 ? new ZlibCrc() : new TableCrc(kind)
}

/** CRC-32, by zlib. */
class ZlibCrc implements RunningCrc {
  #value = 0

  update(bytes: Uint8Array): void {
    this.#value = crc32(bytes, this.#value)
  }

  digest(): Buffer {
    const result = Buffer.alloc(4)
    result.writeUInt32BE(this.#value)
    return result
  }
}

/** Any check, byte by byte with a table. The value is held in two halves of 32 bits: numbers are faster than bigints. */
class TableCrc implements RunningCrc {
  readonly #bytes: number
  readonly #lowTable: Uint32Array
  readonly #highTable: Uint32Array
  #low = 0xffffffff
  #high: number

  constructor(kind: CrcKind) {
    this.#bytes = kind.bits / 8
    this.#high = kind.bits === 64 ? 0xffffffff : 0
    const [low, high] = tablesOf(kind)
    this.#lowTable = low
    this.#highTable = high
  }

  update(bytes: Uint8Array): void {
    const [lowTable, highTable] = [this.#lowTable, this.#highTable]
    let [low, high] = [this.#low, this.#high]
    for (const byte of bytes) {
      const index = (low ^ byte) & 0xff
      low = ((low >>> 8) | (high << 24)) ^ (lowTable[index] as number) // each index has an entry
      high = (high >>> 8) ^ (highTable[index] as number)
    }
    this.#low = low
    this.#high = high
  }

  digest(): Buffer {
    const result = Buffer.alloc(8)
    result.writeUInt32BE(~this.#high >>> 0, 0)
    result.writeUInt32BE(~this.#low >>> 0, 4)
    return result.subarray(8 - this.#bytes)
  }
}

const tables = new Map<CrcKind, readonly [Uint32Array, Uint32Array]>()

function tablesOf(kind: CrcKind): readonly [Uint32Array, Uint32Array] {
  const known = tables.get(kind)
  if (known) return known
  const made = [new Uint32Array(256), new Uint32Array(256)] as const
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index)
    for (let bit = 0; bit < 8; bit++) value = halved(value, kind)
    made[0][index] = Number(value & 0xffffffffn)
    made[1][index] = Number(value >> 32n)
  }
  tables.set(kind, made)
  return made
}

/**
 * The check of a concatenation.
 *
 * @param first - the check of the first piece
 * @param second - the check of the second piece
 * @param secondSize - bytes of the second piece
 */
export function combinedCrc(kind: CrcKind, first: Buffer, second: Buffer, secondSize: number): Buffer {
  // A byte of zeros multiplies the remainder by x⁸; as many as the second piece has, by squaring.
  let factor = one(kind) // x⁰
  let square = one(kind) >> 8n // x⁸, reflected
  for (let left = BigInt(secondSize); left > 0n; left >>= 1n) {
    if (left & 1n) factor = product(factor, square, kind)
    square = product(square, square, kind)
  }
  const value = product(numberIn(first), factor, kind) ^ numberIn(second)
  return Buffer.from(value.toString(16).padStart(kind.bits / 4, '0'), 'hex')
}

/** A product of two polynomials, modulo that of the kind. */
function product(a: bigint, b: bigint, kind: CrcKind): bigint {
  let sum = 0n
  let term = b
  for (let bit = one(kind); bit > 0n; bit >>= 1n) {
    if (a & bit) sum ^= term
    term = halved(term, kind)
  }
  return sum
}

/** A polynomial multiplied by x: reflected, that is a shift to the right. */
function halved(value: bigint, { polynomial }: CrcKind): bigint {
  return value & 1n ? (value >> 1n) ^ polynomial : value >> 1n
}

/** The polynomial 1: reflected, the highest bit. */
function one({ bits }: CrcKind): bigint {
  return 1n << BigInt(bits - 1)
}

function numberIn(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`)
}
