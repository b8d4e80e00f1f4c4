/**
 * Jobs on disk: `jobs/JOB_ID.json`, and `JOB_ID.output` for the output of an inventory retrieval. The output of an archive
 * retrieval is read from the archive.
 *
 * The state of a job follows from its times and the clock: it is done when its delay is over, and expires with its output a
 * day later (docs/glacier-protocol.md#job-output).
 */
import { createWriteStream } from 'node:fs'
import { lstat, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { renameDurably } from '../../fs/durable.js'
import type { ByteRange } from '../../byte-range.js'
import { DamageError, readRecord, unlessDamaged } from '../disk/damage.js'
import { unlessMissing } from '../disk/disk.js'
import { READ } from '../disk/files.js'
import { DAY_MS } from '../service/durations.js'
import type { StoreContext } from '../storage/store-context.js'
import { isId, newUploadOrJobId } from '../records/identifiers.js'
import { delayOfEach, type DelayOfEach, type JobDelay } from '../realism/job-delay.js'
import {
  type ArchiveJob,
  type ArchiveOrder,
  damagedJob,
  type InventoryJob,
  type InventoryOrder,
  jobFormOf,
  type JobOrder,
  type JobRecord,
  jobSortKey,
  type JobState,
  type Tier,
} from '../records/job-record.js'
import { inventoryOutput } from './inventory-output.js'
import { notFound } from '../service/api-error.js'
import { unlessNotFound } from '../service/not-found.js'
import type { VaultFiles } from '../storage/vault-files.js'

/** The jobs of all vaults. */
export class JobFiles {
  readonly #context: StoreContext
  readonly #vaults: VaultFiles
  #delays: DelayOfEach

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the vaults of the jobs
   * @param delay - the duration of jobs
   */
  constructor(context: StoreContext, vaults: VaultFiles, delay: JobDelay) {
    this.#context = context
    this.#vaults = vaults
    this.#delays = delayOfEach(delay)
  }

  /** The duration of jobs that are started from now on, in milliseconds. */
  get delays(): DelayOfEach {
    return this.#delays
  }

  /** Sets the duration of jobs that are started from now on. */
  setDelay(delay: JobDelay): void {
    this.#delays = delayOfEach(delay)
  }

  /** Starts an archive retrieval. */
  async startArchiveRetrieval(vaultName: string, order: ArchiveOrder): Promise<ArchiveJob> {
    const delay = this.#delays[order.tier.toLowerCase() as Lowercase<Tier>]
    return this.#write(vaultName, { ...order, ...this.#newState(delay), action: 'ArchiveRetrieval' })
  }

  /**
   * Starts an inventory retrieval, of the vault's current inventory.
   *
   * @throws {ApiError} 404: the vault has no inventory yet
   */
  async startInventoryRetrieval(vaultName: string, order: JobOrder & InventoryOrder): Promise<InventoryJob> {
    const { inventory } = await this.#vaults.find(vaultName)
    const vaultArn = this.#vaults.arnOf(vaultName)
    if (!inventory) {
      throw notFound(
        `Inventory retrieval jobs for vault ${vaultArn} cannot be initiated yet, ` +
          'as Amazon Glacier has not yet generated an initial inventory for this vault.',
      )
    }
    const state = this.#newState(this.#delays.inventory)
    const path = this.#vaults.inventoryPath(vaultName)
    const output = inventoryOutput({ vaultName, path, vaultArn, inventoryDate: inventory.date }, order)
    const outputSize = await this.#writeOutput(vaultName, state.jobId, output.text)
    const nextMarker = output.nextMarker()
    const job = { ...order, ...state, action: 'InventoryRetrieval', outputSize, nextMarker } as const
    try {
      return await this.#write(vaultName, job)
    } catch (error) {
      await rm(await this.#path(vaultName, `${state.jobId}.output`), { force: true }).catch(() => undefined)
      throw error
    }
  }

  /**
   * A job.
   *
   * @throws {ApiError} 404: the vault or job does not exist, or the job has expired; 507: it is damaged
   */
  async find(vaultName: string, jobId: string): Promise<JobRecord> {
    const path = await this.#path(vaultName, `${jobId}.json`)
    const what = damagedJob(vaultName, jobId)
    const job = isId(jobId) ? await readRecord(path, jobFormOf(jobId), what, 'record') : undefined
    if (!job) throw notFound(`The job ID was not found: ${jobId}`)
    if (this.#context.now() - Date.parse(job.completionDate) <= DAY_MS) return job
    await this.remove(vaultName, jobId)
    await rm(await this.#path(vaultName, `${jobId}.output`), { force: true })
    throw notFound(`The job ID was not found: ${jobId}`)
  }

  /** Removes the record of a job. */
  async remove(vaultName: string, jobId: string): Promise<void> {
    await this.#context.disk.discard(await this.#path(vaultName, `${jobId}.json`))
  }

  /** All jobs of a vault, sorted by the time of their start. Damaged ones are reported and left out. */
  async list(vaultName: string): Promise<JobRecord[]> {
    const jobs: JobRecord[] = []
    for (const name of await this.#vaults.namesIn(vaultName, 'jobs')) {
      if (!name.endsWith('.json')) continue
      const found = unlessNotFound(this.find(vaultName, name.replace(/\.json$/, ''))) // 404: expired
      const job = await unlessDamaged(found, this.#context.onFailure)
      if (job) jobs.push(job)
    }
    return jobs.sort((a, b) => Number(jobSortKey(a) > jobSortKey(b)) - Number(jobSortKey(a) < jobSortKey(b)))
  }

  /** Whether a job has succeeded or failed. */
  isDone({ completionDate }: JobRecord): boolean {
    return this.#context.now() >= Date.parse(completionDate)
  }

  /** Ends a job in progress; whether it was in progress. */
  async end(vaultName: string, job: JobRecord, failure: string | null): Promise<boolean> {
    if (this.isDone(job)) return false
    await this.#write(vaultName, {
      ...job,
      completionDate: new Date(this.#context.now()).toISOString(),
      failure,
    })
    return true
  }

  /**
   * The bytes of a range of the output of an inventory retrieval.
   *
   * @throws {ApiError} 507: the output is missing or incomplete
   */
  async readOutput(
    vaultName: string,
    { jobId, outputSize }: InventoryJob,
    range: ByteRange,
  ): Promise<AsyncIterable<Buffer>> {
    const path = await this.#path(vaultName, `${jobId}.output`)
    const file = await unlessMissing(lstat(path), undefined)
    if (file?.isFile() !== true || file.size !== outputSize) {
      const cause = new Error(`${path} is not a file of ${outputSize} bytes.`)
      throw new DamageError(damagedJob(vaultName, jobId), 'its output is missing or incomplete', cause)
    }
    const output = await open(path, READ)
    return output.createReadStream({ start: range.start, end: range.end - 1 })
  }

  #newState(delay: number): JobState {
    const now = this.#context.now()
    return {
      jobId: newUploadOrJobId(),
      creationDate: new Date(now).toISOString(),
      completionDate: new Date(now + delay).toISOString(),
      failure: null,
    }
  }

  async #write<Job extends JobRecord>(vaultName: string, job: Job): Promise<Job> {
    await this.#context.disk.writeJson(await this.#path(vaultName, `${job.jobId}.json`), job)
    return job
  }

  async #writeOutput(vaultName: string, jobId: string, text: AsyncIterable<string>): Promise<number> {
    return this.#context.disk.unfinished(async (temporary) => {
      const file = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true })
      await pipeline(Readable.from(text), file)
      await renameDurably(temporary, await this.#path(vaultName, `${jobId}.output`))
      return file.bytesWritten
    })
  }

  async #path(vaultName: string, ...names: readonly string[]): Promise<string> {
    return join(await this.#vaults.folder(vaultName, 'jobs'), ...names)
  }
}
