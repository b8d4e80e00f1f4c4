import type { TransferProgress } from '../../lib/transfer/progress.js'

/** The numbers of a transfer: those that are given, and otherwise 0. */
export function counts(given: Partial<TransferProgress> = {}): TransferProgress {
  return {
    doneBytes: 0,
    skippedBytes: 0,
    sentBytes: 0,
    totalBytes: undefined,
    inFlightBytes: 0,
    partsDone: 0,
    partsSkipped: 0,
    requestsInFlight: 0,
    retries: 0,
    ...given,
  }
}
