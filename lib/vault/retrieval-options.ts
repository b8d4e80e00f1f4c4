/** The options of the functions that retrieve archives and inventories. */
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { RangeOptions } from '../retrieve/retrieval-plan.js'
import type { RetrievalTarget } from '../retrieve/retrieval-target.js'
import type { StoreRequest } from '../store/archive-store.js'
import type { InventoryFilter, InventoryFormat, RetrievalStore } from '../store/retrieval-store.js'
import type { RetryOptions } from '../transfer/retry.js'
import type { RetrievalSource, TargetFields, VaultTarget } from './upload-target.js'
import type { VaultOptions } from './vault-store.js'

/** The options of every function that reads the output of a job. */
export interface ReadOptions extends StoreRequest, RangeOptions, RetryOptions {}

/** The options of {@link archiveReader}. */
export interface ArchiveReaderOptions extends VaultOptions, ReadOptions {
  /** The ID of a finished job. */
  readonly jobId: string
}

/** The options of {@link startRetrieval}. */
export type RetrievalOptions = RetrievalSource & RetrievalSettings

/** The options of a retrieval that do not say where it comes from. */
export interface RetrievalSettings extends ReadOptions, RetrievalTarget {
  /**
   * The ARN of an SNS topic that the service notifies when a job is over that this call starts. A job that exists already
   * keeps the topic that it was started with. Defaults to no topic. Restores of S3 send no notification.
   */
  readonly snsTopic?: string | undefined
}

/** The options of {@link retrieveArchive} and {@link retrieveToFile}. */
export type RetrieveArchiveOptions = RetrievalOptions & WaitOptions

/** The options of a retrieval that waits for its jobs. */
export interface WaitOptions {
  /** The delays between two requests for the state of a job. */
  readonly poll?: PollDelays | undefined
  /**
   * The ID of a job that retrieves exactly this archive, or exactly this range of it. By default a job is looked for, and
   * started if no such job exists. A bucket has no jobs with an ID.
   */
  readonly jobId?: string | undefined
  /**
   * Whether to hand on the bytes of an object whose parts have no SHA-256 as they arrive: they are verified when all of them have
   * arrived, by the MD5 that its ETag is, and the last ones are held until then. Default false: such an object fails with
   * `ERR_UNVERIFIABLE`. `retrieveToFile` needs it only for a FIFO, a device or a socket: a file gets its name when it is verified.
   */
  readonly checkLate?: boolean | undefined
}

/** The options of a retrieval from a vault that waits for its jobs. */
export type VaultRetrieval = VaultTarget & RetrievalSettings & WaitOptions

/** The fields of {@link RetrieveArchiveOptions}, as they are checked one by one. */
export type RetrievalFields = TargetFields<RetrievalStore> & RetrievalSettings
export type RetrieveArchiveFields = RetrievalFields & WaitOptions

/** The options of {@link inventory}. */
export interface InventoryOptions extends VaultOptions, RetryOptions, InventoryFilter {
  /** The format in which the service writes the inventory. Defaults to JSON; its CSV is ambiguous in rare cases. */
  readonly format?: InventoryFormat | undefined
  /** The ID of a job to wait for. By default a job is searched for, and started if none is found. */
  readonly jobId?: string | undefined
  /**
   * The ARN of an SNS topic that the service notifies when the job is over, if this call starts it. A job that exists
   * already keeps the topic that it was started with. Defaults to no topic.
   */
  readonly snsTopic?: string | undefined
  /** The delays between two requests for the state of the job. */
  readonly poll?: PollDelays | undefined
}
