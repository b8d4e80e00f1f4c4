/** `ended/UPLOAD_ID.json`: the outcome of a multipart upload. */
import { isArchive, type ArchiveRecord } from './archive-record.js'
import { isDate, nullOr, shaped } from './shape.js'

/** `ended/UPLOAD_ID.json`. */
export interface UploadOutcome {
  /** ISO 8601: the time of the completion or abortion. */
  readonly date: string
  /** The archive that the upload became; `null` if it was aborted. */
  readonly archive: ArchiveRecord | null
}

/** Whether a value has the form of an {@link UploadOutcome}. */
export const isUploadOutcome: (value: unknown) => value is UploadOutcome = shaped<UploadOutcome>({
  date: isDate,
  archive: nullOr(isArchive),
})
