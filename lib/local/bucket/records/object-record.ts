/**
 * `objects/HASH/NUMBER-ID/object.json`: an object. HASH is that of its key. The folder with the highest number has the current
 * object; others are removed.
 */
import { isId } from '../../records/identifiers.js'
import { isCount, isDate, isText, nullOr, shaped } from '../../records/shape.js'
import {
  isObjectChecksum,
  isObjectSettings,
  type ObjectChecksum,
  type ObjectSettings,
} from './object-settings.js'

/** `object.json`. */
export interface ObjectRecord {
  readonly key: string
  /** The ID of the multipart upload that made it, or a random one of the same form. */
  readonly id: string
  /** Bytes. */
  readonly size: number
  /** Without quotes. */
  readonly etag: string
  /** ISO 8601; of a multipart object, the time at which its upload was started, as at Amazon S3. */
  readonly lastModified: string
  /** ISO 8601: the time at which it was stored or completed. */
  readonly storedAt: string
  readonly settings: ObjectSettings
  readonly checksum: ObjectChecksum | null
  /** The number of parts; `null` if one request stored it. */
  readonly partCount: number | null
}

/** `restore.json`, beside it: the restored copy of an archived object. */
export interface RestoreRecord {
  /** ISO 8601. */
  readonly requestedAt: string
  /** ISO 8601: the copy can be read from then on. */
  readonly readyAt: string
  /** ISO 8601: the copy can be read until then. */
  readonly expiresAt: string
}

/** Whether a value has the form of an {@link ObjectRecord}. */
export const isObjectRecord: (value: unknown) => value is ObjectRecord = shaped<ObjectRecord>({
  key: isText,
  id: (value) => typeof value === 'string' && isId(value),
  size: isCount,
  etag: isText,
  lastModified: isDate,
  storedAt: isDate,
  settings: isObjectSettings,
  checksum: nullOr(isObjectChecksum),
  partCount: nullOr(isCount),
})

/** Whether a value has the form of a {@link RestoreRecord}. */
export const isRestoreRecord: (value: unknown) => value is RestoreRecord = shaped<RestoreRecord>({
  requestedAt: isDate,
  readyAt: isDate,
  expiresAt: isDate,
})
