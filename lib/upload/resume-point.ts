/** The point at which an upload resumes a stream. */
import type { Archive } from '../store/archive.js'

/**
 * Where a stream is resumed, resolved once before a byte of the source is read. The plan of the upload is made from its
 * part size.
 *
 * The parts that the service has are not in it: they are listed when their volume begins, because the upload may expire
 * while the volumes before it are compared with the source.
 */
export interface ResumePoint {
  /** The upload that is open; `undefined` if the next volume is not begun, or nothing is to be sent. */
  readonly uploadId: string | undefined
  /** Bytes in each part. */
  readonly partSize: number
  /** The description of the open upload, or of the first volume, as the service keeps it. */
  readonly description: string | undefined
  /** The volumes that are stored, in order. */
  readonly earlierVolumes: readonly Archive[]
  /** Whether the earlier volumes are the whole stream, and the source is only compared with them. */
  readonly isComplete: boolean
}
