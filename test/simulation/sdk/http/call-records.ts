/** Finds the record of the request that a call of the client makes. A call makes at most one request. */
import type { Operation } from '../../network/requests.js'
import { codeOf } from '../../network/sim-network.js'
import type { RequestHistory, RequestRecord, RequestSummary } from '../../service/history.js'

interface Call {
  readonly operation: Operation
  readonly summary: RequestSummary
  record: RequestRecord | undefined
}

/** The calls of one client that are in progress. */
export class CallRecords {
  readonly #waiting = new Set<Call>()
  readonly #history: RequestHistory

  constructor(history: RequestHistory) {
    this.#history = history
  }

  /** Makes a call, and writes its result into the record of its request. */
  async run<Result>(
    operation: Operation,
    summary: RequestSummary,
    call: () => Promise<Result>,
  ): Promise<Result> {
    const entry: Call = { operation, summary, record: undefined }
    this.#waiting.add(entry)
    try {
      const result = await call()
      if (entry.record) this.#history.settle(entry.record, 'success')
      return result
    } catch (error) {
      if (entry.record) this.#history.settle(entry.record, codeOf(error))
      throw error
    } finally {
      this.#waiting.delete(entry)
    }
  }

  /** Finds the call that a request is of: calls with the same parameters are equal. */
  add(record: RequestRecord): void {
    for (const call of this.#waiting) {
      if (call.operation !== record.operation || !isSame(call.summary, record.request)) continue
      call.record = record
      this.#waiting.delete(call)
      return
    }
  }
}

function isSame(a: RequestSummary, b: RequestSummary): boolean {
  return (
    a.uploadId === b.uploadId &&
    a.archiveId === b.archiveId &&
    a.jobId === b.jobId &&
    a.key === b.key &&
    a.range?.start === b.range?.start
  )
}
