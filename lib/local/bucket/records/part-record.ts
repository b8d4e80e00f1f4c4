/** A part: the end of its file has the record, and `parts.json` of a multipart object those of all its parts. */
import { arrayOf, isCount, isDate, isText, nullOr, shaped } from '../../records/shape.js'

/** A part of an upload or an object. */
export interface PartRecord {
  /** Bytes. */
  readonly size: number
  /** Lowercase hex; the ETag of the part. */
  readonly md5: string
  /** Base64; of the algorithm of its upload; `null` if it has none. */
  readonly checksum: string | null
  /** ISO 8601. */
  readonly lastModified: string
}

/** A part with its number. */
export interface NumberedPart extends PartRecord {
  /** 1–10,000. */
  readonly number: number
}

/** `parts.json`. */
export interface PartList {
  /** In the order of their numbers. */
  readonly parts: readonly NumberedPart[]
}

const PART = { size: isCount, md5: isText, checksum: nullOr(isText), lastModified: isDate }

/** Whether a value has the form of a {@link PartRecord}. */
export const isPartRecord: (value: unknown) => value is PartRecord = shaped<PartRecord>(PART)

/** Whether a value has the form of a {@link PartList}. */
export const isPartList: (value: unknown) => value is PartList = shaped<PartList>({
  parts: arrayOf(shaped<NumberedPart>({ ...PART, number: isCount })),
})

/** The name of a part's file. */
export function partFileName(number: number): string {
  return `${String(number).padStart(5, '0')}.part`
}

/** The number of the part in a file; `undefined` for the name of another file. */
export function partNumberOf(name: string): number | undefined {
  return /^\d{5}\.part$/.test(name) ? Number.parseInt(name, 10) : undefined
}
