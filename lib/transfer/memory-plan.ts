/**
 * How a memory budget is shared out among pieces under way: parts going up, ranges coming down.
 *
 * Either way holds at most `concurrency + 2` pieces: those in requests, and two between them and the other end (up:
 * one being cut, one being hashed; down: one waiting, one being read). An upload holds one more, which keeps it alive
 * while its source is silent. A budget holds at least four.
 */
import { isNumber, wholeNumber } from '../options/rules.js'
import { rule, type RulesOf } from '../options/check-options.js'
import { MIB } from '../sizes.js'

/** Bytes held at once where no budget is given. */
export const DEFAULT_MEMORY: number = 256 * MIB
/** Requests under way at once where memory allows and nothing is asked for. */
export const DEFAULT_CONCURRENCY = 8

/** Pieces held between the requests and the other end. */
export const PIECES_BETWEEN = 2
const FEWEST_HELD = 4

/** What may be said of a transfer's means. */
export interface MemoryOptions {
  /** Bytes of parts or ranges held at the most. Default 256 MiB, or four pieces where a larger piece is asked for. */
  readonly memory?: number | undefined
  /** Requests under way at once at the most; default 8. Fewer where memory holds fewer. */
  readonly concurrency?: number | undefined
}

/** The rules of {@link MemoryOptions}. */
export const MEMORY: RulesOf<MemoryOptions> = {
  memory: rule(
    `a number of bytes from ${FEWEST_HELD * MIB} (4 MiB) up`,
    isNumber,
    (value) => value >= FEWEST_HELD * MIB,
  ),
  concurrency: wholeNumber(1),
}

/** How a transfer is made. */
export interface MemoryPlan {
  /** Bytes in each piece. */
  readonly pieceSize: number
  /** Bytes held at the most. */
  readonly memory: number
  /** Requests under way at once at the most. */
  readonly concurrency: number
}

/**
 * Shares out the budget. Each option has been checked by itself.
 *
 * @param asked - bytes in each piece where the caller said so
 * @param wanted - bytes in each piece otherwise, if memory holds four
 * @param reserved - pieces held besides those in requests and between; default 0, at most 1
 * @throws {RangeError} pieces that the budget does not hold; the message says which would do
 */
export function planMemory(
  asked: number | undefined,
  wanted: number,
  options: MemoryOptions,
  reserved = 0,
): MemoryPlan {
  const { memory = DEFAULT_MEMORY, concurrency = DEFAULT_CONCURRENCY } = options
  const largest = 2 ** Math.floor(Math.log2(memory / FEWEST_HELD))
  const pieceSize = asked ?? Math.min(wanted, largest)
  const fewest = FEWEST_HELD * pieceSize
  if (options.memory !== undefined && memory < fewest) {
    throw new RangeError(
      `A memory of ${memory} bytes does not hold four times ${pieceSize} bytes: ` +
        `give ${fewest}, or go down to pieces of ${largest}.`,
    )
  }
  const budget = Math.max(memory, fewest)
  return {
    pieceSize,
    memory: budget,
    concurrency: Math.min(concurrency, Math.floor(budget / pieceSize) - PIECES_BETWEEN - reserved),
  }
}
