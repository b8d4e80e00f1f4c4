/**
 * The distribution of a memory budget among the parts of an upload or the ranges of a retrieval, both called pieces.
 *
 * Each holds at most `concurrency + 2` pieces: those in requests, and two between the requests and the other end (up:
 * one being cut, one being hashed; down: one waiting, one being read). An upload holds one more, which keeps it alive
 * while its source is silent. A budget holds at least four pieces.
 */
import { isNumber, wholeNumber } from '../options/rules.js'
import { rule, type RulesOf } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { MIB } from '../sizes.js'

/** Default of `memory`: 256 MiB. */
export const DEFAULT_MEMORY: number = 256 * MIB
/** Default of `concurrency`, if the memory allows it. */
export const DEFAULT_CONCURRENCY = 8

/** Pieces held between the requests and the other end. */
export const PIECES_BETWEEN_STAGES = 2
export const MIN_PIECES = 4

/** The options of a transfer that bound its memory and its requests. */
export interface MemoryOptions {
  /**
   * Maximum memory for parts or ranges, in bytes; at least four of them. Default 256 MiB, or four times the requested
   * size of a part or range if that is more.
   */
  readonly memory?: number | undefined
  /** Maximum number of requests in flight; default 8. Fewer if the memory holds fewer parts or ranges. */
  readonly concurrency?: number | undefined
}

/** The rules of {@link MemoryOptions}. */
export const MEMORY: RulesOf<MemoryOptions> = {
  memory: rule(
    `a number of bytes from ${MIN_PIECES * MIB} (4 MiB) up`,
    isNumber,
    (value) => value >= MIN_PIECES * MIB,
  ),
  concurrency: wholeNumber(1),
}

/** The sizes and counts of a transfer. */
export interface MemoryPlan {
  /** Bytes in each piece. */
  readonly pieceSize: number
  /** Maximum memory for pieces, in bytes. */
  readonly memory: number
  /** Maximum number of requests in flight. */
  readonly concurrency: number
}

/**
 * Distributes the budget. Each option has been checked by itself.
 *
 * @param requestedSize - bytes in each piece, if the caller chose them
 * @param defaultSize - bytes in each piece otherwise, if the memory holds four
 * @param reserved - pieces held besides those in requests and between the stages; default 0, at most 1
 * @throws {RangeError} the memory does not hold four pieces; the message has values that fit
 */
export function planMemory(
  requestedSize: number | undefined,
  defaultSize: number,
  options: MemoryOptions,
  reserved = 0,
): MemoryPlan {
  const { memory = DEFAULT_MEMORY, concurrency = DEFAULT_CONCURRENCY } = options
  const maxPieceSize = 2 ** Math.floor(Math.log2(memory / MIN_PIECES))
  const pieceSize = requestedSize ?? Math.min(defaultSize, maxPieceSize)
  const minMemory = MIN_PIECES * pieceSize
  if (options.memory !== undefined && memory < minMemory) {
    throw optionError(
      RangeError,
      'memory',
      'a transfer',
      `must be at least ${minMemory} bytes, four times the size of a part or range (${pieceSize} bytes), ` +
        `not ${memory}; or choose a size of at most ${maxPieceSize} bytes.`,
    )
  }
  const budget = Math.max(memory, minMemory)
  return {
    pieceSize,
    memory: budget,
    concurrency: Math.min(concurrency, Math.floor(budget / pieceSize) - PIECES_BETWEEN_STAGES - reserved),
  }
}
