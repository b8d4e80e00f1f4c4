/**
 * The options of commands that transfer archives.
 */
import type { Command } from 'commander'
import { parseDuration } from './values/duration.js'
import { parseCount } from './values/numbers.js'
import { parseSize } from './values/size.js'

/** The options of `put` and `get` about requests and memory. */
export interface TransferOptions extends RetryOptions {
  /** Maximum number of requests at once. */
  readonly concurrency?: number
  /** Maximum bytes of memory for parts. */
  readonly memory?: number
}

/** The option that limits retries. */
export interface RetryOptions {
  /** Milliseconds since the last success after which a failing transfer is given up. */
  readonly retryFor?: number
}

/** Adds {@link TransferOptions}. */
export function addTransferOptions(command: Command): Command {
  return addRetryOption(
    command
      .option('--concurrency <number>', 'maximum number of requests at once; default 8', parseCount)
      .option('--memory <size>', 'maximum memory for parts; default 256MiB', parseSize),
  )
}

/** Adds {@link RetryOptions}. */
export function addRetryOption(command: Command): Command {
  return command.option(
    '--retry-for <time>',
    'give up when nothing has succeeded for this time; default 6h',
    parseDuration,
  )
}
