/**
 * The request log: an entry for each request, also for one that could not be read or was cut. No entry has a secret in
 * it: no signature, session token or secret key.
 */
import type { FaultKind } from '../faults/faults.js'
import type { SigningTexts } from '../auth/signature.js'

/** One request, when it is over. */
export interface RequestLogEntry {
  /** When its headers had come, ISO 8601. */
  readonly time: string
  /** The `x-amzn-RequestId` of the answer. */
  readonly requestId: string
  /** `null` where the request could not be read. */
  readonly method: string | null
  /** Path and query, without signature and session token; `null` where the request could not be read. */
  readonly path: string | null
  /** As `UploadArchive`; `null` where it is no operation. */
  readonly operation: string | null
  /** `null` where nothing was answered. */
  readonly status: number | null
  /** The code of the error that was answered, as `ResourceNotFoundException`; `null` where there was none. */
  readonly code: string | null
  /** Bytes that came in, with the headers. Those of requests sent before the answer to another count for that. */
  readonly bytesIn: number
  /** Bytes that were sent, with the headers. Of requests sent before the answer to another, as for `bytesIn`. */
  readonly bytesOut: number
  /** Milliseconds from the end of its headers until it was over. */
  readonly durationMs: number
  /** The IP address of the client; `null` if it is unknown. */
  readonly remoteAddress: string | null
  /** The access key ID it named, whether there is such a key or not; `null` where it named none. */
  readonly accessKeyId: string | null
  /** The fault it met by a rule. */
  readonly fault: FaultKind | null
  /** What its signature should have been computed from, where it was refused for its signature. */
  readonly diagnostic: SigningTexts | null
}

/** What takes entries. */
export type RequestLog = (entry: RequestLogEntry) => void

/**
 * An entry as a line of JSON. All characters are of 0x20-0x7E, others are escaped: what a request contains cannot
 * control a terminal.
 */
export function logLine(entry: RequestLogEntry): string {
  const text = JSON.stringify(entry)
  return `${text.replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
