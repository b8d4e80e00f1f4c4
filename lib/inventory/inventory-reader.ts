/**
 * The inventory of a vault: a Readable of rows, which are parsed as they arrive.
 *
 * - The service states no hash of an inventory. What is checked: the number of bytes, and that the text is complete.
 * - Only the current piece of text is held. An output that breaks off, or whose job disappears, is continued at the same
 *   byte.
 */
import { StringDecoder } from 'node:string_decoder'
import type { PollDelays } from '../retrieve/jobs/job.js'
import type { JobDefinition } from '../retrieve/jobs/job-definition.js'
import { RenewableJob } from '../retrieve/jobs/renewable-job.js'
import type { Runtime } from '../runtime/runtime.js'
import type { InventoryFilter, InventoryFormat, InventoryStore, Job } from '../store/retrieval-store.js'
import { destroyOnAbort } from '../streams/caller-signal.js'
import { emitOrDestroy } from '../streams/emit-or-destroy.js'
import { TypedReadable, type ReadableEvents } from '../streams/typed-events.js'
import { Retry, type RetryNotice } from '../transfer/retry.js'
import { inventoryBytes } from './inventory-bytes.js'
import { InventoryCsvParser } from './inventory-csv.js'
import { InventoryJsonParser } from './inventory-json.js'
import type { InventoryRow } from './inventory-row.js'

/** The format of an inventory, and the archives that it is limited to. */
export interface InventorySelection extends InventoryFilter {
  readonly format: InventoryFormat
}

/** The dependencies of an {@link InventoryReader}. */
export interface InventoryContext {
  readonly store: InventoryStore
  readonly selection: InventorySelection
  readonly runtime: Runtime
  /** The ID of a job to wait for; `undefined` if a job is found or started. */
  readonly jobId?: string | undefined
  /** The ARN of the SNS topic that the job notifies, if it is started. */
  readonly snsTopic?: string | undefined
  /** Milliseconds since the last success for which requests are repeated. */
  readonly retryFor?: number | undefined
  readonly poll?: PollDelays | undefined
  readonly signal?: AbortSignal | undefined
}

/** The events of an {@link InventoryReader}. */
export interface InventoryReaderEvents extends ReadableEvents<InventoryRow> {
  /** A job is used: its ID, and whether it existed before. */
  job: [jobId: string, found: boolean]
  /** The job is in progress, and its output is waited for. Emitted once for each job that is waited for. */
  waiting: [job: Job]
  /** The job has finished. */
  ready: [job: Job]
  /** A request has failed and is repeated. */
  retry: [notice: RetryNotice]
}

/** The Readable that {@link inventory} returns. */
export class InventoryReader extends TypedReadable<InventoryRow, InventoryReaderEvents> {
  readonly #cancel = new AbortController()
  readonly #batches: AsyncGenerator<InventoryRow[], void, undefined>
  #batch: readonly InventoryRow[] = []
  #nextRow = 0
  #isFilling = false
  #inventoryDate: string | undefined

  /** @internal */
  constructor(context: InventoryContext) {
    super({ objectMode: true, highWaterMark: 1024 })
    this.#batches = this.#readBatches(context)
    destroyOnAbort(context.signal, this)
  }

  /** The time of the inventory, ISO 8601; `undefined` before the first row, and for CSV. */
  get inventoryDate(): string | undefined {
    return this.#inventoryDate
  }

  /** @internal */
  override _read(): void {
    if (this.#isFilling) return // it continues by itself
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

  /** Pushes rows until the buffer of the stream is full, or the inventory ends. */
  async #fill(): Promise<void> {
    this.#isFilling = true
    try {
      for (;;) {
        while (this.#nextRow < this.#batch.length) if (!this.push(this.#batch[this.#nextRow++])) return
        const { value, done } = await this.#batches.next()
        if (done) {
          this.push(null)
          return
        }
        this.#batch = value
        this.#nextRow = 0
      }
    } finally {
      this.#isFilling = false // before the next call of _read
    }
  }

  async *#readBatches(context: InventoryContext): AsyncGenerator<InventoryRow[], void, undefined> {
    const { store, runtime, jobId, retryFor, poll } = context
    const { signal } = this.#cancel
    const onRetry = (notice: RetryNotice): void => {
      emitOrDestroy(this, 'retry', notice)
    }
    const retry = new Retry({ retryFor, clock: runtime.clock }, store, onRetry)
    const onJob = (id: string, found: boolean): void => {
      emitOrDestroy(this, 'job', id, found)
    }
    const onWaiting = (waitedFor: Job): void => {
      emitOrDestroy(this, 'waiting', waitedFor)
    }
    const jobContext = { store, retry, runtime, signal, poll, onJob, onWaiting }
    const lastInventoryDate =
      jobId === undefined ? await retry.run(() => store.lastInventoryDate({ signal }), signal) : undefined
    const renewable = new RenewableJob(jobContext, definitionOf(context, lastInventoryDate, signal), jobId)
    const job = await renewable.ready()
    if (job.archiveId !== undefined)
      throw new RangeError(`The job ${job.jobId} retrieves the archive ${job.archiveId}, not an inventory.`)
    emitOrDestroy(this, 'ready', job)
    const parser = job.inventory?.format === 'CSV' ? new InventoryCsvParser() : new InventoryJsonParser()
    const decoder = new StringDecoder('utf8')
    for await (const piece of inventoryBytes(jobContext, renewable, job)) {
      yield parser.push(decoder.write(piece))
      this.#inventoryDate = parser.inventoryDate
    }
    yield parser.end(decoder.end())
  }
}

/** The job to use: one started since the service took its last inventory, or a new one. */
function definitionOf(
  { store, selection, snsTopic }: InventoryContext,
  lastInventoryDate: string | undefined,
  signal: AbortSignal,
): JobDefinition {
  const { format, startDate, endDate } = selection
  return {
    matches: ({ inventory, creationDate }) => {
      if (!inventory || inventory.limited || inventory.format !== format) return false
      if (lastInventoryDate !== undefined && creationDate < lastInventoryDate) return false
      return isSameTime(inventory.startDate, startDate) && isSameTime(inventory.endDate, endDate)
    },
    start: (description) =>
      store.startInventory({ signal, format, startDate, endDate, description, snsTopic }),
  }
}

function isSameTime(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Date.parse(a) === Date.parse(b))
}
