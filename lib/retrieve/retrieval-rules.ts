/** The rules of what the functions that retrieve are given. */
import { isNumber, listOf, optional, required, SIZE, TEXT, TREE_HASH, RANGE } from '../options/rules.js'
import { nested, record, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { CLIENT } from '../client/client-rules.js'
import { MEMORY } from '../transfer/memory-plan.js'
import { PART_SIZE } from '../glacier/part-size.js'
import { INVENTORY_FILTER, INVENTORY_FORMAT, VAULT } from '../client/request-rules.js'
import { TIER } from '../store/retrieval-store.js'
import { RETRY } from '../transfer/retry.js'
import type { ArchiveReaderOptions, ReadOptions } from './archive-reader.js'
import type { InventoryOptions } from '../inventory/inventory-reader.js'
import type { PollDelays } from './jobs/job.js'
import type { RetrievalSubject } from './jobs/orders.js'
import type { RetrievalOptions, RetrieveArchiveOptions } from './retrieve-archive.js'
import type { HeldRange } from './verified-output.js'

/** The rules of {@link ReadOptions}. */
export const READ: RulesOf<ReadOptions> = { ...VAULT, ...MEMORY, ...RETRY, rangeSize: PART_SIZE }

/** The rules of {@link ArchiveReaderOptions}. */
export const ARCHIVE_READER: RulesOf<ArchiveReaderOptions> = { ...READ, jobId: required(TEXT) }

/** Ranges that are there already. */
export const HELD: Rule = listOf(
  'an array of ranges',
  record('a range with its tree hash: { start, end, treeHash }', {
    start: required(SIZE),
    end: required(SIZE),
    treeHash: required(TREE_HASH),
  } satisfies RulesOf<HeldRange>),
)

const DELAY: Rule = rule('a number of milliseconds above 0', isNumber, (value) => {
  return value > 0 && value < Infinity
})
const POLL: Rule = nested({ first: DELAY, longest: DELAY } satisfies RulesOf<PollDelays>)

const ARCHIVE_IDS: Rule = listOf('the ID of an archive, or an array of several', TEXT)
const ARCHIVE_ID: Rule = (value, name, caller) => {
  if (typeof value === 'string') TEXT(value, name, caller)
  else ARCHIVE_IDS(value, name, caller)
  if (Array.isArray(value) && value.length === 0)
    throw optionError(RangeError, name, caller, 'must have the ID of an archive at least, and is empty.')
}

const SUBJECT = {
  archiveId: required(ARCHIVE_ID),
  range: RANGE,
  archiveSize: SIZE,
  archiveSizes: listOf('an array of sizes', optional(SIZE)),
  archiveTreeHashes: listOf('an array of tree hashes', optional(TREE_HASH)),
  tier: TIER,
} satisfies RulesOf<RetrievalSubject>

/** The rules of {@link RetrievalOptions}. */
export const RETRIEVAL: RulesOf<RetrievalOptions> = {
  ...READ,
  ...SUBJECT,
  client: required(CLIENT),
}

/** The rules of {@link RetrieveArchiveOptions}. */
export const RETRIEVE_ARCHIVE: RulesOf<RetrieveArchiveOptions> = {
  ...RETRIEVAL,
  poll: POLL,
  jobId: TEXT,
}

/** The rules of {@link InventoryOptions}. */
export const INVENTORY: RulesOf<InventoryOptions> = {
  ...VAULT,
  ...RETRY,
  ...INVENTORY_FILTER,
  client: required(CLIENT),
  format: INVENTORY_FORMAT,
  jobId: TEXT,
  poll: POLL,
}
