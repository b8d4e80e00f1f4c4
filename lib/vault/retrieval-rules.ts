/** The rules of the options of functions that retrieve archives and inventories. */
import { INVENTORY_FILTER, INVENTORY_FORMAT } from '../client/request-rules.js'
import { SNS_TOPIC } from '../glacier/names.js'
import { PART_SIZE } from '../glacier/part-size.js'
import { optionError } from '../options/option-error.js'
import { nested, rule, type Rule, type RulesOf } from '../options/check-options.js'
import {
  BOOLEAN,
  CONTENT_HASH,
  isNumber,
  listOf,
  optional,
  RANGE,
  required,
  SIGNAL,
  SIZE,
  TEXT,
} from '../options/rules.js'
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { RetrievalTarget } from '../retrieve/retrieval-target.js'
import { TIER } from '../store/retrieval-store.js'
import { MEMORY } from '../transfer/memory-plan.js'
import { RETRY } from '../transfer/retry.js'
import type {
  ArchiveReaderOptions,
  InventoryOptions,
  ReadOptions,
  RetrievalFields,
  RetrieveArchiveFields,
} from './retrieval-options.js'
import { RETRIEVAL_SOURCE } from './upload-target.js'
import { VAULT_OPTIONS } from './vault-store.js'

/** The rules of {@link ReadOptions}. */
export const READ: RulesOf<ReadOptions> = {
  signal: SIGNAL,
  ...MEMORY,
  ...RETRY,
  rangeSize: PART_SIZE,
}

/** The rules of {@link ArchiveReaderOptions}. */
export const ARCHIVE_READER: RulesOf<ArchiveReaderOptions> = {
  ...VAULT_OPTIONS,
  ...READ,
  jobId: required(TEXT),
}

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
  archiveHashes: listOf('an array of hashes', optional(CONTENT_HASH)),
  tier: TIER,
} satisfies RulesOf<RetrievalTarget>

/** The rules of {@link RetrievalFields}. */
export const RETRIEVAL: RulesOf<RetrievalFields> = {
  ...RETRIEVAL_SOURCE,
  ...READ,
  ...TARGET,
  snsTopic: SNS_TOPIC,
}

/** The rules of {@link RetrieveArchiveFields}. */
export const RETRIEVE_ARCHIVE: RulesOf<RetrieveArchiveFields> = {
  ...RETRIEVAL,
  poll: POLL,
  jobId: TEXT,
  checkLate: BOOLEAN,
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
