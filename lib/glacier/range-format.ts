/** The forms of byte ranges in the requests and responses of the service. */
import type { ByteRange } from '../byte-range.js'

/** Returns `bytes 0-1048575/*`, the Content-Range of UploadMultipartPart (docs/glacier-protocol.md#multipart-uploads). */
export function toContentRange({ start, end }: ByteRange): string {
  return `bytes ${start}-${end - 1}/*`
}

/** Returns `bytes=0-1048575`, the Range of GetJobOutput (docs/glacier-protocol.md#job-output). */
export function toRangeHeader({ start, end }: ByteRange): string {
  return `bytes=${start}-${end - 1}`
}

/**
 * Reads `0-1048575`, also after `bytes=` or `bytes ` and before `/*`.
 *
 * @returns the range; `undefined` if the text has another form, the range is empty, or a number is not a safe integer
 *
 * @example
 * ```ts
 * parseInclusive('bytes 1048576-2097151/*') // { start: 1048576, end: 2097152 }
 * ```
 */
export function parseInclusive(text: string): ByteRange | undefined {
  const match = /^(?:bytes[ =])?(\d+)-(\d+)(?:\/\*)?$/.exec(text)
  if (!match) return undefined
  const start = Number(match[1])
  const end = Number(match[2]) + 1
  return start < end && Number.isSafeInteger(end) ? { start, end } : undefined
}
