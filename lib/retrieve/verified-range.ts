/** A range of a stream whose bytes have been verified. */
import type { ByteRange } from '../byte-range.js'

/** A verified range of a stream, in the stream's own bytes. */
export interface VerifiedRange extends ByteRange {
  /** The hash of the range: in a vault, its tree hash, lowercase hex. */
  readonly hash: string
}
