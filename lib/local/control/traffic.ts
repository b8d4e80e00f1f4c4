/** What has come to a local vault: how much of which. */

import { SIZE, STRING } from '../../options/rules.js'

/** What has come of one operation. */
export interface OperationTraffic {
  /** Requests, with those that failed. */
  readonly requests: number
  /** Requests that have not been answered, or otherwise ended. */
  readonly underWay: number
  /** The most that were under way at once. */
  readonly mostAtOnce: number
  /** Requests that were carried out. */
  readonly carriedOut: number
  /** Bytes in the bodies of those. */
  readonly bytes: number
}

const NONE: OperationTraffic = { requests: 0, underWay: 0, mostAtOnce: 0, carriedOut: 0, bytes: 0 }

/** Counts requests. */
export class Traffic {
  readonly #byOperation = new Map<string, OperationTraffic>()

  /** A request has come. */
  requestStarted(operation: string): void {
    const { requests, underWay, mostAtOnce, ...rest } = this.of(operation)
    const now = underWay + 1
    const most = Math.max(mostAtOnce, now)
    this.#byOperation.set(operation, { ...rest, requests: requests + 1, underWay: now, mostAtOnce: most })
  }

  /** A request was carried out. */
  carriedOut(operation: string, size: number): void {
    SIZE(size, 'size', 'Traffic.carriedOut')
    const { carriedOut, bytes, ...rest } = this.of(operation)
    this.#byOperation.set(operation, { ...rest, carriedOut: carriedOut + 1, bytes: bytes + size })
  }

  /** A request is over. */
  requestEnded(operation: string): void {
    const { underWay, ...rest } = this.of(operation)
    this.#byOperation.set(operation, { ...rest, underWay: underWay - 1 })
  }

  /** What has come of each operation of which anything has. */
  all(): Readonly<Record<string, OperationTraffic>> {
    return Object.fromEntries(this.#byOperation)
  }

  /**
   * What has come of an operation, as `UploadMultipartPart`, since the start.
   *
   * @throws {TypeError} not a string
   */
  of(operation: string): OperationTraffic {
    STRING(operation, 'operation', 'Traffic')
    return this.#byOperation.get(operation) ?? NONE
  }
}
