/** The rules of what the functions that upload are given. */
import {
  BOOLEAN,
  FUNCTION,
  listOf,
  oneOf,
  required,
  SIZE,
  STRING,
  TEXT,
  TREE_HASH,
  wholeNumber,
  withMethods,
} from '../options/rules.js'
import { picked, record, type Rule, type RulesOf } from '../options/check-options.js'
import { CLIENT } from '../client/client-rules.js'
import { DESCRIPTION } from '../glacier/description.js'
import { PART_SIZE } from '../glacier/part-size.js'
import { VAULT } from '../client/request-rules.js'
import { RETRY } from '../transfer/retry.js'
import { HASH_THREADS } from '../tree-hash/hash-parts.js'
import type { Archive } from '../store/archive.js'
import type { CompletionIntent, Content, UploadJournal } from '../store/upload-journal.js'
import type { EarlierRun } from '../resume/resume-point.js'
import type { ResumeUploadOptions } from '../resume/resume-upload.js'
import type { UploadArchiveOptions } from './upload-archive.js'
import { UPLOAD_PLAN } from './upload-plan.js'
import type { ArchiveWriterOptions, ResumeOptions } from './writer-options.js'

const JOURNAL_METHODS = {
  assertOwner: true,
  begun: true,
  completing: true,
  sending: true,
  rejected: true,
  stored: true,
  mismatched: true,
  closed: true,
} satisfies Record<keyof UploadJournal, true>
const JOURNAL: Rule = withMethods('a journal, as catalog.journal() returns', ...Object.keys(JOURNAL_METHODS))

/** Whatever a catalog has of an archive may be given, so other fields are no mistake. */
const ARCHIVE: Rule = record('an archive, as uploadArchive() gives', {
  archiveId: required(TEXT),
  vaultName: required(TEXT),
  size: required(SIZE),
  treeHash: required(TREE_HASH),
  partSize: required(wholeNumber(1)),
  parts: required(wholeNumber(1)),
  description: STRING,
  location: STRING,
  volume: required(wholeNumber(1)),
  firstVolume: TEXT,
} satisfies RulesOf<Archive>)

const CONTENT = { size: required(SIZE), treeHash: required(TREE_HASH) } satisfies RulesOf<Content>
const INTENT: Rule = record('an intent: { size, treeHash, firstPart, hasNextVolume }', {
  ...CONTENT,
  firstPart: required(record('a size and a tree hash: { size, treeHash }', CONTENT)),
  hasNextVolume: required(BOOLEAN),
} satisfies RulesOf<CompletionIntent>)

const RESUME = {
  uploadId: TEXT,
  sourceSize: SIZE,
  earlierVolumes: listOf('an array of archives', ARCHIVE),
  isComplete: BOOLEAN,
} satisfies RulesOf<ResumeOptions>

const { expectedSize, ...PLAN } = UPLOAD_PLAN
const { isComplete, ...RESUMED } = RESUME

/** Where and how something is uploaded. */
const UPLOAD = {
  ...VAULT,
  ...RETRY,
  ...PLAN,
  description: DESCRIPTION,
  onFailure: oneOf('keep', 'abort'),
  journal: JOURNAL,
}

/** The rules of {@link ArchiveWriterOptions}. */
export const ARCHIVE_WRITER: RulesOf<ArchiveWriterOptions> = { ...UPLOAD, ...RESUMED, isComplete }

/** The rules of {@link UploadArchiveOptions}. */
export const UPLOAD_ARCHIVE: RulesOf<UploadArchiveOptions> = {
  ...UPLOAD,
  expectedSize,
  client: required(CLIENT),
  rechunk: FUNCTION,
  hashThreads: HASH_THREADS,
}

const EARLIER_RUN = {
  uploadId: TEXT,
  earlierVolumes: RESUME.earlierVolumes,
  partSize: PART_SIZE,
  description: STRING,
  intent: INTENT,
  isOnlyIntent: BOOLEAN,
  hasUnknownIntent: BOOLEAN,
  isSameAccount: BOOLEAN,
} satisfies RulesOf<EarlierRun>

/** The rules of {@link ResumeUploadOptions}. */
export const RESUME_UPLOAD: RulesOf<ResumeUploadOptions> = {
  ...UPLOAD_ARCHIVE,
  ...RESUMED,
  ...EARLIER_RUN,
}

/** Of options that are for more, those that are for the writer. */
export function writerOptionsOf(options: ArchiveWriterOptions): ArchiveWriterOptions {
  return picked(options, ARCHIVE_WRITER)
}
