/**
 * The request log: an entry for each request, including one that could not be parsed or was cut off. No entry has a
 * secret: no signature, session token or secret key.
 */
import type { SigningTexts } from '../auth/signature.js'
import type { BucketFaultKind } from '../faults/bucket-fault-kinds.js'
import type { FaultKind } from '../faults/faults.js'

/** The entry of a request that is over. */
export interface RequestLogEntry {
  /** The time at which its headers were received, ISO 8601. */
  readonly time: string
  /** The `x-amzn-RequestId` of the response. */
  readonly requestId: string
  /** `null` if the request could not be parsed. */
  readonly method: string | null
  /** Path and query, without signature and session token; `null` if the request could not be parsed. */
  readonly path: string | null
  /** The operation, such as `UploadArchive`; `null` for any other request. */
  readonly operation: string | null
  /** The status of the response; `null` if there was none. */
  readonly status: number | null
  /** The code of an error response, such as `ResourceNotFoundException`; `null` for any other response. */
  readonly code: string | null
  /** Bytes received, headers included. Of requests sent before the response to another one, the other one has them. */
  readonly bytesIn: number
  /** Bytes sent, headers included. Of requests sent before the response to another one, as for `bytesIn`. */
  readonly bytesOut: number
  /** Milliseconds from the end of its headers until it was over. */
  readonly durationMs: number
  /** The address of the client. */
  readonly remoteAddress: string | null
  /** The access key ID that the request names, known or not; `null` if it names none. */
  readonly accessKeyId: string | null
  /** The fault that was applied; `null` if there was none. */
  readonly fault: FaultKind | BucketFaultKind | null
  /** The texts that a refused signature should have been computed from; `null` for any other request. */
  readonly diagnostic: SigningTexts | null
}

/** A function that receives the entries. */
export type RequestLog = (entry: RequestLogEntry) => void

/**
 * An entry as a line of JSON. All characters are in 0x20-0x7E, and others are escaped, so that the content of a request
 * cannot control a terminal.
 */
export function logLine(entry: RequestLogEntry): string {
  const text = JSON.stringify(entry)
  return `${text.replace(/[\x7f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`
}
