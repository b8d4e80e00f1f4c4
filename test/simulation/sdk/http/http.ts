/** The requests and responses of the simulated HTTP, as the SDK hands them to a request handler and takes them. */

import type { RequestSummary } from '../../service/history.js'

/** A request as the SDK makes it. */
export interface SdkRequest {
  readonly method: string
  readonly hostname: string
  readonly path: string
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Text, bytes, or a `Readable`. */
  readonly body?: unknown
}

/** A response before it is sent: the body is complete. */
export interface Reply {
  readonly status: number
  /** By lowercase name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The ID in it: of an upload, an archive or a job. */
  readonly ids?: Pick<RequestSummary, 'uploadId' | 'archiveId' | 'jobId'>
}

const NO_BYTES = new Uint8Array(0)

/** A reply without a body. */
export function emptyReply(status: number, headers: Record<string, string | undefined>): Reply {
  return { status, headers: { 'content-length': '0', ...defined(headers) }, body: NO_BYTES }
}

/** A reply with a body of JSON. */
export function jsonReply(status: number, value: object): Reply {
  return bytesReply(status, Buffer.from(JSON.stringify(value)), { 'content-type': 'application/json' })
}

/** A reply with a body of bytes. */
export function bytesReply(
  status: number,
  body: Uint8Array,
  headers: Record<string, string | undefined>,
): Reply {
  return { status, headers: { 'content-length': String(body.length), ...defined(headers) }, body }
}

/** The page of something between the client and the service: a login page, an error page or a redirect. */
export function pageReply(status: number): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    location: status === 302 ? '/login' : undefined,
  }
  return bytesReply(status, Buffer.from('<!DOCTYPE html><title>Log in</title><p>Please log in.</p>'), headers)
}

function defined(headers: Record<string, string | undefined>): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Record<string, string>
}
