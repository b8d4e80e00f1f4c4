/** Counts of the requests to a local vault, by operation. */
import { SIZE, STRING } from '../../options/rules.js'

/** The requests of one operation. */
export interface OperationTraffic {
  /** All requests, including failed ones. */
  readonly requests: number
  /** Requests in progress. */
  readonly underWay: number
  /** The maximum number of requests that were in progress at the same time. */
  readonly maxAtOnce: number
  /** Requests that were carried out. */
  readonly carriedOut: number
  /** Bytes in the bodies of the requests that were carried out. */
  readonly bytes: number
}

const NO_TRAFFIC: OperationTraffic = { requests: 0, underWay: 0, maxAtOnce: 0, carriedOut: 0, bytes: 0 }

/** Counts requests. */
export class Traffic {
  readonly #byOperation = new Map<string, OperationTraffic>()

  /** Counts a request that has arrived. */
  requestStarted(operation: string): void {
    const { requests, underWay, maxAtOnce, ...rest } = this.of(operation)
    const now = underWay + 1
    const max = Math.max(maxAtOnce, now)
    this.#byOperation.set(operation, { ...rest, requests: requests + 1, underWay: now, maxAtOnce: max })
  }

  /**
   * Counts a request that was carried out.
   *
   * @param size - bytes of its body
   */
  carriedOut(operation: string, size: number): void {
    SIZE(size, 'size', 'Traffic.carriedOut')
    const { carriedOut, bytes, ...rest } = this.of(operation)
    this.#byOperation.set(operation, { ...rest, carriedOut: carriedOut + 1, bytes: bytes + size })
  }

  /** Counts a request that is over. */
  requestEnded(operation: string): void {
    const { underWay, ...rest } = this.of(operation)
    this.#byOperation.set(operation, { ...rest, underWay: underWay - 1 })
  }

  /** The traffic of each operation that was requested. */
  all(): Readonly<Record<string, OperationTraffic>> {
    return Object.fromEntries(this.#byOperation)
  }

  /**
   * The traffic of an operation since the start.
   *
   * @param operation - its name, such as `UploadMultipartPart`
   * @throws {TypeError} not a string
   */
  of(operation: string): OperationTraffic {
    STRING(operation, 'operation', 'Traffic')
    return this.#byOperation.get(operation) ?? NO_TRAFFIC
  }
}
