/** What has come to a local vault: how much of which. */

/** What has come of one operation. */
export interface OperationTraffic {
  /** Requests, with those that failed. */
  readonly requests: number
  /** Requests that were carried out. */
  readonly carriedOut: number
  /** Bytes in the bodies of those. */
  readonly bytes: number
}

/** Counts requests. */
export class Traffic {
  readonly #byOperation = new Map<string, OperationTraffic>()

  /** A request has come. */
  came(operation: string): void {
    const traffic = this.of(operation)
    this.#byOperation.set(operation, { ...traffic, requests: traffic.requests + 1 })
  }

  /** A request was carried out. */
  carriedOut(operation: string, size: number): void {
    const { requests, carriedOut, bytes } = this.of(operation)
    this.#byOperation.set(operation, { requests, carriedOut: carriedOut + 1, bytes: bytes + size })
  }

  /** What has come of an operation, as `UploadMultipartPart`, since the start. */
  of(operation: string): OperationTraffic {
    return this.#byOperation.get(operation) ?? { requests: 0, carriedOut: 0, bytes: 0 }
  }
}
