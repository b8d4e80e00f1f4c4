/**
 * What is in a vault, as the service last counted: a Readable of rows, read as they come.
 *
 * - The service gives no hash of an inventory. What can be checked is: it has the bytes it must have, and ends as an
 *   inventory does.
 * - It is read as it comes, and nothing but the piece at hand is held; an output that breaks off, or whose job
 *   disappears, is continued at the same byte.
 */
import { StringDecoder } from 'node:string_decoder'
import { checkOptions } from '../options/check-options.js'
import { TypedReadable, type ReadableEvents } from '../streams/typed-events.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { VAULT_CLIENT } from '../client/client-rules.js'
import { systemClock } from '../runtime/clock.js'
import { emitOrDestroy } from '../streams/emit-or-destroy.js'
import { Retry, type RetryNotice, type RetryOptions } from '../transfer/retry.js'
import { vaultClientOf } from '../client/glacier-client.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { InventoryFilter, InventoryFormat, Job } from '../store/retrieval-store.js'
import type { VaultClient, VaultRequest } from '../client/vault-client.js'
import { InventoryCsvParser } from './inventory-csv.js'
import { InventoryJsonParser } from './inventory-json.js'
import type { InventoryRow } from './inventory-row.js'
import { inventoryBytes } from './inventory-bytes.js'
import type { PollDelays } from '../retrieve/jobs/job.js'
import { INVENTORY } from '../retrieve/retrieval-rules.js'
import { RenewableJob, type WantedJob } from '../retrieve/jobs/renewable-job.js'

/** Options of {@link inventory}. */
export interface InventoryOptions extends VaultRequest, RetryOptions, InventoryFilter {
  /**
   * A `GlacierClient` of the caller's, of any version of the SDK, or any `VaultClient`. Middleware that was added to a
   * client of an SDK before 3.929 is not run.
   */
  readonly client: GlacierClientLike | VaultClient
  /** How the service writes it; default JSON, which is read without doubt where the service's CSV is not. */
  readonly format?: InventoryFormat | undefined
  /** A job to wait for; default one is looked for, and started where there is none. */
  readonly jobId?: string | undefined
  /** How long to wait between two looks at the job. */
  readonly poll?: PollDelays | undefined
}

/** The events of an {@link InventoryReader}. */
export interface InventoryReaderEvents extends ReadableEvents<InventoryRow> {
  /** A job is waited for; its ID, and whether it was there before. */
  job: [jobId: string, found: boolean]
  /** The job has finished. */
  ready: [job: Job]
  /** A request failed and is made again. */
  retry: [notice: RetryNotice]
}

/**
 * A Readable, in object mode, of the rows of a vault's inventory: {@link InventoryRow}. A million of them take no more
 * memory than a few. The job is found or started with the first read, and takes hours where there is none.
 *
 * It fails with `ERR_NOT_FOUND` where the service has taken no inventory of the vault yet: it does within a day or so of
 * the first upload.
 *
 * @throws {TypeError} an unknown or missing option, or one of a wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * for await (const { archiveId, size, description } of inventory({ client, vaultName: 'backups' })) {
 *   console.log(archiveId, size, decodeDescription(description))
 * }
 * ```
 */
export function inventory(options: InventoryOptions): InventoryReader {
  const checked = checkOptions('inventory', options, INVENTORY)
  return new InventoryReader(vaultClientOf(checked.client), checked)
}

/** What {@link inventory} gives. */
export class InventoryReader extends TypedReadable<InventoryRow, InventoryReaderEvents> {
  readonly #cancel = new AbortController()
  readonly #batches: AsyncGenerator<InventoryRow[], void, undefined>
  #batch: readonly InventoryRow[] = []
  #at = 0
  #isFilling = false
  #inventoryDate: string | undefined

  constructor(client: VaultClient, given: InventoryOptions) {
    VAULT_CLIENT(client, 'client', 'InventoryReader')
    const options = checkOptions('InventoryReader', given, INVENTORY)
    super({ objectMode: true, highWaterMark: 1024 })
    const retry = new Retry(options, client, (notice) => {
      emitOrDestroy(this, 'retry', notice)
    })
    this.#batches = this.#read(client, retry, options)
    destroyOnAbort(options.signal, this)
  }

  /** When the inventory was taken, ISO 8601; `undefined` until its first row was read, and where it is CSV. */
  get inventoryDate(): string | undefined {
    return this.#inventoryDate
  }

  /** @internal */
  override _read(): void {
    if (this.#isFilling) return // it goes on by itself
    this.#fill().catch((error: unknown) => {
      this.destroy(error as Error)
    })
  }

  /** @internal */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#cancel.abort(error ?? undefined)
    const ended = (): void => {
      callback(error)
    }
    this.#batches.return().then(ended, ended)
  }

  /** Hands on rows until no more are wanted, or there are none. */
  async #fill(): Promise<void> {
    this.#isFilling = true
    try {
      for (;;) {
        while (this.#at < this.#batch.length) if (!this.push(this.#batch[this.#at++])) return
        const { value, done } = await this.#batches.next()
        if (done) {
          this.push(null)
          return
        }
        this.#batch = value
        this.#at = 0
      }
    } finally {
      this.#isFilling = false // at once: whoever is asked for more next must not find it set
    }
  }

  async *#read(
    client: VaultClient,
    retry: Retry,
    options: InventoryOptions,
  ): AsyncGenerator<InventoryRow[], void, undefined> {
    const { vaultName, accountId, poll, clock = systemClock } = options
    const { signal } = this.#cancel
    const vault = { vaultName, accountId, signal }
    const chosen = (jobId: string, found: boolean): void => {
      emitOrDestroy(this, 'job', jobId, found)
    }
    const means = { client, retry, vault, poll, clock, chosen }
    if (options.jobId !== undefined) chosen(options.jobId, true)
    const { lastInventoryDate = '' } =
      options.jobId === undefined ? await retry.run(() => client.describeVault(vault), signal) : {}
    const renewable = new RenewableJob(means, wantedInventory(options, lastInventoryDate), options.jobId)
    const job = await renewable.ready()
    emitOrDestroy(this, 'ready', job)
    const parser = job.inventory?.format === 'CSV' ? new InventoryCsvParser() : new InventoryJsonParser()
    const decoder = new StringDecoder('utf8')
    for await (const piece of inventoryBytes(means, renewable, job)) {
      yield parser.push(decoder.write(piece))
      this.#inventoryDate = parser.inventoryDate
    }
    yield parser.end(decoder.end())
  }
}

/** The job to retrieve an inventory with: one begun since the service took its last, or a new one. */
function wantedInventory(
  { vaultName, accountId, format = 'JSON', startDate, endDate }: InventoryOptions,
  lastInventoryDate: string,
): WantedJob {
  return {
    fits: ({ inventory: asked, creationDate }) => {
      if (!asked || asked.limited || asked.format !== format || creationDate < lastInventoryDate) return false
      return isSameTime(asked.startDate, startDate) && isSameTime(asked.endDate, endDate)
    },
    start: (client, description, signal) =>
      client.startInventory({ vaultName, accountId, signal, format, startDate, endDate, description }),
  }
}

function isSameTime(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Date.parse(a) === Date.parse(b))
}
