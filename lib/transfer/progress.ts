/** The progress of a transfer. */

/** A snapshot of a transfer, the argument of the event `progress`. */
export interface TransferProgress {
  /** Bytes that are confirmed by the service or verified, those of skipped parts included. It only grows. */
  readonly doneBytes: number
  /** Bytes of parts or ranges that were not transferred because they were there before. */
  readonly skippedBytes: number
  /** Bytes that were sent or received, those of repeated requests included. */
  readonly sentBytes: number
  /** Bytes of the whole stream; `undefined` if they are not known. */
  readonly totalBytes: number | undefined
  /** Parts or ranges that are done, skipped ones included. */
  readonly partsDone: number
  /** Requests in flight that send a part or fetch a range. */
  readonly requestsInFlight: number
}
