import { NOTHING } from '../../lib/cli/output/progress/transfer-model.js'
import type { TransferProgress } from '../../lib/transfer/progress.js'

/** The numbers of a transfer: those that are given, and otherwise 0. */
export function counts(given: Partial<TransferProgress> = {}): TransferProgress {
  return { ...NOTHING, ...given }
}
