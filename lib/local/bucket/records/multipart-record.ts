/** `uploads/UPLOAD_ID/upload.json`: a multipart upload. */
import {
  isChecksumAlgorithm,
  type ChecksumAlgorithm,
  type ChecksumType,
} from '../checksums/checksum-algorithms.js'
import { equals, isDate, isText, nullOr, shaped } from '../../records/shape.js'
import { isObjectSettings, type ObjectSettings } from './object-settings.js'

/** `upload.json`. */
export interface MultipartRecord {
  readonly uploadId: string
  readonly key: string
  /** ISO 8601. */
  readonly initiated: string
  readonly settings: ObjectSettings
  /** The algorithm that the parts must have checksums of; `null` if none was named. */
  readonly algorithm: ChecksumAlgorithm | null
  /** The type of the checksum of the object. */
  readonly checksumType: ChecksumType | null
}

/** Whether a value has the form of the {@link MultipartRecord} of an upload. */
export function multipartFormOf(uploadId: string): (value: unknown) => value is MultipartRecord {
  return shaped<MultipartRecord>({
    uploadId: equals(uploadId),
    key: isText,
    initiated: isDate,
    settings: isObjectSettings,
    algorithm: nullOr(isChecksumAlgorithm),
    checksumType: nullOr((value) => value === 'COMPOSITE' || value === 'FULL_OBJECT'),
  })
}
