/** The rules of the options of functions that retrieve archives and inventories. */
import { INVENTORY_FILTER, INVENTORY_FORMAT } from '../client/request-rules.js'
import { SNS_TOPIC } from '../glacier/names.js'
import { PART_SIZE } from '../glacier/part-size.js'
import { optionError } from '../options/option-error.js'
import { nested, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { isNumber, listOf, optional, RANGE, required, SIZE, TEXT, TREE_HASH } from '../options/rules.js'
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { RetrievalTarget } from '../retrieve/retrieval-target.js'
import { TIER } from '../store/retrieval-store.js'
import { MEMORY } from '../transfer/memory-plan.js'
import { RETRY } from '../transfer/retry.js'
import type { InventoryOptions } from './retrieval-options.js'
import type {
  ArchiveReaderOptions,
  ReadOptions,
  RetrievalOptions,
  RetrieveArchiveOptions,
} from './retrieval-options.js'
import { VAULT_OPTIONS } from './vault-store.js'

/** The rules of {@link ReadOptions}. */
export const READ: RulesOf<ReadOptions> = {
  ...VAULT_OPTIONS,
  ...MEMORY,
  ...RETRY,
  rangeSize: PART_SIZE,
}

/** The rules of {@link ArchiveReaderOptions}. */
export const ARCHIVE_READER: RulesOf<ArchiveReaderOptions> = { ...READ, jobId: required(TEXT) }

const DELAY: Rule = rule('a number of milliseconds above 0', isNumber, (value) => {
  return value > 0 && value < Infinity
})
const POLL: Rule = nested({ firstMs: DELAY, maxMs: DELAY } satisfies RulesOf<PollDelays>)

const ARCHIVE_IDS: Rule = listOf('the ID of an archive, or an array of several', TEXT)
const ARCHIVE_ID: Rule = (value, name, caller) => {
  if (typeof value === 'string') TEXT(value, name, caller)
  else ARCHIVE_IDS(value, name, caller)
  if (Array.isArray(value) && value.length === 0)
    throw optionError(RangeError, name, caller, 'must have at least one archive ID, and is empty.')
}

const TARGET = {
  archiveId: required(ARCHIVE_ID),
  range: RANGE,
  archiveSize: SIZE,
  archiveSizes: listOf('an array of sizes', optional(SIZE)),
  archiveTreeHashes: listOf('an array of tree hashes', optional(TREE_HASH)),
  tier: TIER,
} satisfies RulesOf<RetrievalTarget>

/** The rules of {@link RetrievalOptions}. */
export const RETRIEVAL: RulesOf<RetrievalOptions> = {
  ...READ,
  ...TARGET,
  snsTopic: SNS_TOPIC,
}

/** The rules of {@link RetrieveArchiveOptions}. */
export const RETRIEVE_ARCHIVE: RulesOf<RetrieveArchiveOptions> = {
  ...RETRIEVAL,
  poll: POLL,
  jobId: TEXT,
}

/** The rules of {@link InventoryOptions}. */
export const INVENTORY: RulesOf<InventoryOptions> = {
  ...VAULT_OPTIONS,
  ...RETRY,
  ...INVENTORY_FILTER,
  format: INVENTORY_FORMAT,
  jobId: TEXT,
  snsTopic: SNS_TOPIC,
  poll: POLL,
}
