/** The options of the functions that upload, and their rules. */
import {
  BOOLEAN,
  CONTENT_HASH,
  FUNCTION,
  isNumber,
  listOf,
  oneOf,
  required,
  SIGNAL,
  SIZE,
  STRING,
  TEXT,
  wholeNumber,
  withMethods,
} from '../options/rules.js'
import { record, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { DESCRIPTION } from '../glacier/description.js'
import { EXPECTED_SIZE, PART_SIZE } from '../glacier/part-size.js'
import type { EarlierRun } from '../resume/resume-point.js'
import type { Archive } from '../store/archive.js'
import type { CompletionIntent, Content, UploadJournal } from '../store/upload-journal.js'
import { MEMORY } from '../transfer/memory-plan.js'
import { RATE } from '../transfer/rate-limit.js'
import { RETRY, type RetryOptions } from '../transfer/retry.js'
import { HASH_THREADS } from '../tree-hash/hash-parts.js'
import type { StageOptions } from '../upload/send-source.js'
import type { UploadPlanOptions } from '../upload/upload-plan.js'
import { UPLOAD_TARGET, type TargetFields, type UploadTarget } from './upload-target.js'

/** The options of an upload that do not say where it goes. */
export interface UploadSettings extends UploadPlanOptions, RetryOptions {
  /**
   * Any text of at most 1,024 characters once encoded; see `encodeDescription`. Default: none. A resumed upload keeps
   * the description that it was begun with.
   */
  readonly description?: string | undefined
  /**
   * Bytes that the source has, if they are known for certain: the total of the event `progress`, and the default of
   * `expectedSize`. A resumed upload whose source is shorter than its parts is refused before anything is sent.
   */
  readonly sourceSize?: number | undefined
  /** Whether an upload is kept or aborted if something fails or the upload is ended early; default `'keep'`. */
  readonly onFailure?: 'keep' | 'abort' | undefined
  /** Records what is begun and stored; default nothing is recorded. A catalog has one. */
  readonly journal?: UploadJournal | undefined
  /** Ends the upload early, with an `AbortError`. */
  readonly signal?: AbortSignal | undefined
}

/** Options that all uploads share: a vault, or another store. */
export type UploadOptions = UploadTarget & UploadSettings

/** Options of `archiveWriter`. */
export type ArchiveWriterOptions = UploadOptions & WriterSettings

/** The options of `archiveWriter` for a stream that was begun before. */
export interface WriterSettings {
  /** An upload that is open at the service. Its parts are compared with the source, and only others are sent. */
  readonly uploadId?: string | undefined
  /** The volumes that are stored; default none. The source is read past them, and must still be what they hold. */
  readonly earlierVolumes?: readonly Archive[] | undefined
  /**
   * Whether the earlier volumes are the whole stream; default false. With true the source is only compared with them: a
   * source that differs or is longer is refused.
   */
  readonly isComplete?: boolean | undefined
}

/** Options of `uploadArchive`. */
export type UploadArchiveOptions = UploadOptions & StageOptions

/** Options of `archiveStream`. */
export type ArchiveStreamOptions = UploadOptions & Pick<StageOptions, 'hashThreads'>

/**
 * Options of `resumeUpload`: an upload to resume, volumes that are stored, or both.
 *
 * The part size and the description are those that the upload was begun with, as the service states them.
 * `onFailure` applies once the upload is found: what fails or is ended before that leaves the upload as it is.
 */
export type ResumeUploadOptions = UploadTarget &
  Omit<UploadSettings, keyof EarlierRun> &
  StageOptions &
  EarlierRun

/** The options of the functions as they are checked, field by field. */
export type WriterFields = TargetFields & UploadSettings & WriterSettings
export type StreamFields = TargetFields & UploadSettings & Pick<StageOptions, 'hashThreads'>
export type UploadFields = TargetFields & UploadSettings & StageOptions
export type ResumeFields = TargetFields & UploadSettings & StageOptions & EarlierRun

/** The rules of {@link UploadPlanOptions}. */
export const UPLOAD_PLAN: RulesOf<UploadPlanOptions> = {
  ...MEMORY,
  partSize: PART_SIZE,
  expectedSize: EXPECTED_SIZE,
  maxArchiveSize: rule('a number of bytes above 0', isNumber, (value) => value > 0),
  limitRate: RATE,
  volumes: BOOLEAN,
}

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

/** The rule of an archive. An earlier volume of a catalog's unfinished upload may be given: its other fields are ignored. */
const ARCHIVE: Rule = record('an archive, as uploadArchive() gives', {
  archiveId: required(TEXT),
  vaultName: required(TEXT),
  size: required(SIZE),
  hash: required(CONTENT_HASH),
  partSize: required(wholeNumber(1)),
  parts: required(wholeNumber(1)),
  description: STRING,
  location: STRING,
  versionId: TEXT,
  volume: required(wholeNumber(1)),
  firstVolume: TEXT,
} satisfies RulesOf<Archive>)

const CONTENT = { size: required(SIZE), hash: required(CONTENT_HASH) } satisfies RulesOf<Content>
const INTENT: Rule = record('an intent: { size, hash, firstPart, hasNextVolume }', {
  ...CONTENT,
  intentId: TEXT,
  firstPart: required(record('a size and a hash: { size, hash }', CONTENT)),
  hasNextVolume: required(BOOLEAN),
} satisfies RulesOf<CompletionIntent>)

const UPLOAD: RulesOf<TargetFields & UploadSettings> = {
  ...UPLOAD_TARGET,
  ...RETRY,
  ...UPLOAD_PLAN,
  description: DESCRIPTION,
  sourceSize: SIZE,
  onFailure: oneOf('keep', 'abort'),
  journal: JOURNAL,
  signal: SIGNAL,
}

const EARLIER_RUN: RulesOf<EarlierRun> = {
  uploadId: TEXT,
  earlierVolumes: listOf('an array of archives', ARCHIVE),
  partSize: PART_SIZE,
  description: STRING,
  intent: INTENT,
  isOnlyIntent: BOOLEAN,
  hasUnknownIntent: BOOLEAN,
  isSameAccount: BOOLEAN,
}

/** The rules of {@link ArchiveWriterOptions}. */
export const ARCHIVE_WRITER: RulesOf<WriterFields> = {
  ...UPLOAD,
  uploadId: EARLIER_RUN.uploadId,
  earlierVolumes: EARLIER_RUN.earlierVolumes,
  isComplete: BOOLEAN,
}

/** The rules of {@link ArchiveStreamOptions}. */
export const ARCHIVE_STREAM: RulesOf<StreamFields> = {
  ...UPLOAD,
  hashThreads: HASH_THREADS,
}

/** The rules of {@link UploadArchiveOptions}. */
export const UPLOAD_ARCHIVE: RulesOf<UploadFields> = {
  ...ARCHIVE_STREAM,
  rechunk: FUNCTION,
}

/** The rules of {@link ResumeUploadOptions}. */
export const RESUME_UPLOAD: RulesOf<ResumeFields> = {
  ...UPLOAD_ARCHIVE,
  ...EARLIER_RUN,
}
