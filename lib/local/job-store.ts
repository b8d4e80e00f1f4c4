/**
 * Retrieval jobs on disk: `jobs/JOB_ID.json`. A job's state is what the clock makes of its times: it has succeeded when
 * its delay is over, and a day later it is gone with its output (protocol.md 2).
 */
import { join } from 'node:path'
import type { ByteRange } from '../vault/byte-range.js'
import type { ArchiveRecord } from './archive-store.js'
import { namesIn, readJson } from './disk.js'
import { DAY, type Ground } from './ground.js'
import { isId, newShortId } from './identifiers.js'
import { notFound, unlessNotFound } from './service-fault.js'
import type { VaultStore } from './vault-store.js'

/** `JOB_ID.json`. */
export interface JobRecord extends ByteRange {
  readonly jobId: string
  readonly archiveId: string
  readonly description: string | null
  readonly snsTopic: string | null
  readonly tier: string
  /** ISO 8601. */
  readonly creationDate: string
  /** ISO 8601. */
  readonly completionDate: string
  /** Bytes of the whole archive. */
  readonly archiveSize: number
  /** Tree hash of the whole archive. */
  readonly archiveTreeHash: string
  /** Tree hash of the range; `null` where it is not tree-hash aligned. */
  readonly treeHash: string | null
}

/** What a new job is asked to do. */
export interface JobOrder extends ByteRange {
  readonly description: string | null
  readonly snsTopic: string | null
  readonly tier: string
  readonly treeHash: string | null
}

/** The jobs of all vaults. */
export class JobStore {
  readonly #ground: Ground
  readonly #vaults: VaultStore
  readonly #delay: number

  /** @param delay - milliseconds until a job has succeeded */
  constructor(ground: Ground, vaults: VaultStore, delay: number) {
    this.#ground = ground
    this.#vaults = vaults
    this.#delay = delay
  }

  /** Starts a job. */
  async start(
    vaultName: string,
    { archiveId, size, treeHash }: ArchiveRecord,
    order: JobOrder,
  ): Promise<JobRecord> {
    const now = this.#ground.now()
    const job: JobRecord = {
      ...order,
      jobId: newShortId(),
      archiveId,
      archiveSize: size,
      archiveTreeHash: treeHash,
      creationDate: new Date(now).toISOString(),
      completionDate: new Date(now + this.#delay).toISOString(),
    }
    const folder = await this.#vaults.folder(vaultName, 'jobs')
    await this.#ground.disk.writeJson(join(folder, `${job.jobId}.json`), job)
    return job
  }

  /**
   * A job.
   *
   * @throws {ServiceFault} 404: no such vault or job, or it is a day old
   */
  async find(vaultName: string, jobId: string): Promise<JobRecord> {
    const folder = await this.#vaults.folder(vaultName, 'jobs')
    const path = join(folder, `${jobId}.json`)
    const job = isId(jobId) ? await readJson<JobRecord>(path) : undefined
    if (!job) throw notFound(`The job ID was not found: ${jobId}`)
    if (this.#ground.now() - Date.parse(job.completionDate) <= DAY) return job
    await this.#ground.disk.discard(path)
    throw notFound(`The job ID was not found: ${jobId}`)
  }

  /** All jobs of a vault, by the time they were started. */
  async list(vaultName: string): Promise<JobRecord[]> {
    const jobs: JobRecord[] = []
    for (const name of await namesIn(await this.#vaults.folder(vaultName, 'jobs'))) {
      const job = await unlessNotFound(this.find(vaultName, name.replace(/\.json$/, ''))) // expired
      if (job) jobs.push(job)
    }
    return jobs.sort((a, b) => Number(placeOf(a) > placeOf(b)) - Number(placeOf(a) < placeOf(b)))
  }

  /** Whether a job has an output. */
  isDone({ completionDate }: JobRecord): boolean {
    return this.#ground.now() >= Date.parse(completionDate)
  }
}

/** What jobs are sorted by: the time they were started; of two at one time, the ID. */
export function placeOf({ creationDate, jobId }: JobRecord): string {
  return `${creationDate}/${jobId}`
}
