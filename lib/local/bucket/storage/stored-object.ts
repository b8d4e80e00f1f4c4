/** An object on disk. */
import type { ObjectRecord } from '../records/object-record.js'

/** An object and its folder. */
export interface StoredObject {
  readonly record: ObjectRecord
  /** The folder, absolute. */
  readonly folder: string
}
