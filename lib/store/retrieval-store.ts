/**
 * The port of a retrieval: what it needs of a store, which brings archives out by jobs. A vault is one, see
 * vault/vault-store.ts; a bucket is one, whose jobs are restores, see s3/restores.ts. Ranges are half-open, sizes are bytes, hashes lowercase hex, times ISO 8601.
 *
 * A call is one request: it makes no second attempt of its own, and it ends at some time, whatever the service does.
 */
import type { ByteRange } from '../byte-range.js'
import { oneOf } from '../options/rules.js'
import type { Rule } from '../options/check-options.js'
import type { ListedPart, StoreRequest } from './archive-store.js'
import type { ByteHasher, HashScheme } from './hash-scheme.js'
import type { StoreLimits } from './limits.js'
import type { Page, PageRequest } from './pages.js'

/** Retrieval speed and cost: minutes, 3 to 5 hours, or 5 to 12 hours (docs/glacier-protocol.md#retrieval-tiers). */
export type Tier = 'Expedited' | 'Standard' | 'Bulk'

/** The rule of a {@link Tier}. */
export const TIER: Rule = oneOf('Expedited', 'Standard', 'Bulk')

/** Starts a job. */
export interface StoreJobStart extends StoreRequest {
  /**
   * Kept with the job, at most 1,024 characters of 0x20-0x7E. A random token in it identifies the job when the response
   * to the request is lost.
   */
  readonly description?: string | undefined
  /** The ARN of an SNS topic that the service notifies when the job is over. */
  readonly snsTopic?: string | undefined
}

/** Starts the retrieval of an archive. */
export interface StoreRetrieval extends StoreJobStart {
  /** The ID of the archive. */
  readonly archiveId: string
  /** The range to retrieve, on boundaries of 1 MiB or to the end of the archive; default the whole archive. */
  readonly range?: ByteRange | undefined
  /** Default: the service's, Standard. */
  readonly tier?: Tier | undefined
}

/** Limits an inventory to some archives. */
export interface InventoryFilter {
  /** ISO 8601: archives created then or later; default from the first. */
  readonly startDate?: string | undefined
  /** ISO 8601: archives created before; default to the last. */
  readonly endDate?: string | undefined
}

/** The format of an inventory. */
export type InventoryFormat = 'JSON' | 'CSV'

/** Starts the retrieval of an inventory. */
export interface StoreInventory extends StoreJobStart, InventoryFilter {
  /** The format of the inventory. */
  readonly format: InventoryFormat
}

/** Lists jobs. */
export interface StoreJobsRequest extends StoreRequest, PageRequest {
  /** The archive whose jobs are looked for; default all. A store may list the jobs of other archives as well. */
  readonly archiveId?: string | undefined
  /** Only jobs that are over, or only jobs that are not; default both. */
  readonly completed?: boolean | undefined
}

/** A request to one job. */
export interface StoreJobRequest extends StoreRequest {
  /** The ID of the job. */
  readonly jobId: string
}

/** A retrieval job as it stands. */
export interface Job {
  /** The ID of the job. */
  readonly jobId: string
  /** The kind of the job. */
  readonly action: 'ArchiveRetrieval' | 'InventoryRetrieval' | 'Select'
  /** The state of the job. */
  readonly status: 'InProgress' | 'Succeeded' | 'Failed'
  /** A sentence about the state. */
  readonly statusMessage: string | undefined
  /** As it was given when the job was started. */
  readonly description: string | undefined
  /** The ARN of the SNS topic that was given when the job was started; `undefined` if none was. */
  readonly snsTopic?: string | undefined
  /** ISO 8601. */
  readonly creationDate: string
  /** ISO 8601; `undefined` while the job is in progress. */
  readonly completionDate: string | undefined
  /** When the output is deleted, ISO 8601; `undefined` if the service does not say it: a day or more after its completion. */
  readonly expiryDate?: string | undefined
  /** The retrieval speed and cost; `undefined` if the service does not say it. */
  readonly tier: Tier | undefined
  /** The archive it retrieves; `undefined` for an inventory. */
  readonly archiveId: string | undefined
  /** Bytes of the whole archive. */
  readonly archiveSize: number | undefined
  /** The hash of the whole archive; `undefined` if the service states none. */
  readonly archiveHash: string | undefined
  /** The range of the archive that it retrieves. */
  readonly range: ByteRange | undefined
  /** The hash of that range; `undefined` while in progress, or if the service has none of this range. */
  readonly hash: string | undefined
  /** Bytes of an inventory; `undefined` while in progress, or for an archive. */
  readonly inventorySize: number | undefined
  /** The filter and format of an inventory. */
  readonly inventory:
    | (InventoryFilter & {
        /** The format of the inventory. */
        readonly format: InventoryFormat
        /** Whether it was requested with a limit or a marker, so that it may be incomplete. */
        readonly limited: boolean
      })
    | undefined
}

/** Some of the jobs of a store. */
export interface JobsPage extends Page<Job> {
  /** The time of the response by the service's clock, ISO 8601; `undefined` if the response has none. */
  readonly date?: string | undefined
}

/** Fetches a range of a job's output. */
export interface StoreOutputRequest extends StoreJobRequest {
  /** The range to fetch. */
  readonly range: ByteRange
  /** Bytes of the whole output, if known: a response that states another size is rejected. */
  readonly outputSize?: number | undefined
}

/**
 * The bytes of a range, as they arrive. The response says that they are of this range; neither their number nor their
 * hash has been checked.
 */
export interface JobOutput {
  /** Must be read to the end, left early, or ended by the request's signal. */
  readonly body: AsyncIterable<Uint8Array>
  /** The service's hash of exactly these bytes; `undefined` if the response has none. */
  readonly hash: string | undefined
}

/** An archive as a store describes it without a job. */
export interface DescribedArchive {
  /** Bytes. */
  readonly size: number
  /** The hash of the archive. */
  readonly hash: string
  /**
   * The parts of the archive in order, without gaps. Their hashes together give that of the archive. Without hashes of the
   * parts, there are none.
   */
  readonly parts: readonly ListedPart[]
  /**
   * Begins the hash of all bytes of an archive without hashes of its parts: it must give `hash`. Such bytes can only be verified
   * when all of them have arrived. Absent if the parts have hashes.
   */
  readonly beginHash?: (() => ByteHasher) | undefined
}

/** The jobs of a store. */
export interface JobStore {
  /** Lists jobs in the order in which they were started. */
  listJobs(request: StoreJobsRequest): Promise<JobsPage>
  /** Describes a job. */
  describeJob(request: StoreJobRequest): Promise<Job>
  /** Rejects with the service code `UnexpectedResponse` if the response is not of the requested range. */
  getJobOutput(request: StoreOutputRequest): Promise<JobOutput>
  /** Gets fresh credentials, after the service has called the ones in use expired. */
  refreshCredentials?(signal?: AbortSignal): Promise<void>
}

/** A store of archives, as a retrieval needs it. */
export interface RetrievalStore extends JobStore {
  /** The limits of the store. */
  readonly limits: StoreLimits
  /** The hashes of the store. */
  readonly hashes: HashScheme
  /** The name of the vault, which the notes of a partial file carry. */
  readonly vaultName: string
  /**
   * The ranges that jobs retrieve, so that a range of an archive can be verified, in order and without gaps. `undefined` if
   * each job makes a whole archive readable.
   *
   * @param archiveSize - bytes of the archive; `undefined` if unknown
   */
  jobRanges(requested: ByteRange, archiveSize: number | undefined): readonly ByteRange[] | undefined
  /**
   * Describes an archive and its parts, without a job. Absent in a store that cannot: it states a hash for each range that is
   * a power of two MiB long and starts at a multiple of its length.
   */
  describeArchive?(
    request: StoreRequest & {
      /** The ID of the archive. */
      readonly archiveId: string
      /** The hash that the caller knows of it: a store that states none can have all bytes verified by it. Default: none. */
      readonly hash?: string | undefined
    },
  ): Promise<DescribedArchive>
  /** Resolves to the job ID. Each call starts a job that costs money. */
  startRetrieval(request: StoreRetrieval): Promise<string>
}

/** A store that lists its archives in inventories. */
export interface InventoryStore extends JobStore {
  /** Resolves to the time of the last inventory, ISO 8601; `undefined` if there has been none. */
  lastInventoryDate(request: StoreRequest): Promise<string | undefined>
  /** Resolves to the job ID. As for {@link RetrievalStore.startRetrieval}. */
  startInventory(request: StoreInventory): Promise<string>
}
