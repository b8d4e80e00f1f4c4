/**
 * The options of commands that read inventories or filter archives by date.
 */
import type { Command } from 'commander'
import { addConnectionOptions, type ConnectionOptions } from './connection-options.js'
import { snsTopicOption, type SnsOptions } from './sns-option.js'
import { parseDate, type GivenDate } from './values/date.js'
import { parseText } from './values/text.js'
import { addRetryOption, type RetryOptions } from './transfer-options.js'

/** The options of every command that reads an inventory. */
export interface InventoryReadOptions extends ConnectionOptions, RetryOptions, SnsOptions {
  /** The ID of the inventory job to use. */
  readonly job?: string
}

/** The options that filter archives by date. */
export interface DateOptions {
  /** The first moment. */
  readonly since?: GivenDate
  /** The moment after the last one. */
  readonly before?: GivenDate
}

/** Adds {@link InventoryReadOptions}. */
export function addInventoryOptions(command: Command): Command {
  return addRetryOption(
    addConnectionOptions(command)
      .option('--job <id>', 'use the inventory of this job', parseText)
      .addOption(snsTopicOption()),
  )
}

/**
 * Adds {@link DateOptions}.
 *
 * @param event - what happened to an archive at the date, past tense, as `stored`
 */
export function addDateOptions(command: Command, event: string): Command {
  return command
    .option(
      '--since <date>',
      `only archives ${event} on this date or later, as 2026-01-31, yesterday, 7d or 1h30m (ago)`,
      parseDate,
    )
    .option('--before <date>', `only archives ${event} before this date`, parseDate)
}
