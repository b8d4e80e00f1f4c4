/** `uploads/UPLOAD_ID/upload.json`: a multipart upload. */
import { isPartSize } from '../../glacier/part-size.js'
import { equals, isDate, isText, nullOr, shaped } from './shape.js'

/** `upload.json`. */
export interface UploadRecord {
  readonly uploadId: string
  readonly description: string | null
  /** Bytes. */
  readonly partSize: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** Whether a value has the form of the {@link UploadRecord} of an upload. */
export function uploadFormOf(uploadId: string): (value: unknown) => value is UploadRecord {
  return shaped<UploadRecord>({
    uploadId: equals(uploadId),
    description: nullOr(isText),
    partSize: (value) => typeof value === 'number' && isPartSize(value),
    creationDate: isDate,
  })
}

/** The name of an upload in messages about damage. */
export function damagedUpload(vaultName: string, uploadId: string): string {
  return `The upload ${uploadId} in the vault ${vaultName}`
}
