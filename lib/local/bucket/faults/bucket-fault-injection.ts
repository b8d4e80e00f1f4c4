/** Applies faults to requests to a local bucket, and to its responses. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { applyToHeaders, resetInBody } from '../../faults/fault-injection.js'
import { corruptedAt, cutAfter, slowedTo } from '../../faults/faulty-bytes.js'
import { drain } from '../../transport/idle-limit.js'
import { resetConnection } from '../../transport/connections.js'
import type { BucketFaultKind } from '../../faults/bucket-fault-kinds.js'
import type { BucketResponse } from '../requests/bucket-request.js'
import { BucketError } from '../service/bucket-error.js'
import { bucketErrorForFault } from './bucket-fault-errors.js'
import type { BucketFaultRule } from './bucket-faults.js'

/** Faults that apply while the request is carried out, or afterwards. */
const LATE_FAULTS = new Set<BucketFaultKind>([
  'error-after',
  'error-in-200-after',
  'empty-200',
  'lose-answer',
  'wrong-hash',
  'no-hash',
  'cut-output',
  'corrupt-output',
  'whole-output',
  'other-range',
  'slow',
])
const CHECKSUM = /^x-amz-checksum-(?:crc|sha)/

/**
 * Applies a fault that fails a request before it is carried out.
 *
 * @param send - sends an error response
 * @param idleTimeoutMs - milliseconds to wait for a body that stalls; `stall` waits as long as the client does
 * @returns false if the fault applies later
 */
export async function failBucketRequest(
  rule: BucketFaultRule,
  request: IncomingMessage,
  response: ServerResponse,
  send: (error: BucketError) => Promise<void>,
  idleTimeoutMs: number,
): Promise<boolean> {
  const { fault } = rule
  if (LATE_FAULTS.has(fault)) return false
  if (fault === 'reset-before') resetConnection(request.socket)
  else if (fault === 'reset-amid') await resetInBody(request, idleTimeoutMs)
  else if (fault === 'stall') {
    request.resume()
    await new Promise((resolve) => request.socket.once('close', resolve))
  } else {
    drain(request, idleTimeoutMs)
    const error = bucketErrorForFault(rule)
    if (error) await send(fault === 'error-in-200' ? inside200(error) : error)
    else response.writeHead(503, { 'content-type': 'text/html' }).end('<html><h1>Service down</h1></html>')
  }
  return true
}

/** The headers of an authenticated request, as the operation sees them under a fault. */
export function bucketHeadersUnder(
  rule: BucketFaultRule | undefined,
  headers: IncomingMessage['headers'],
): IncomingMessage['headers'] {
  const isRangeFault = rule?.fault === 'whole-output' || rule?.fault === 'other-range'
  return isRangeFault ? applyToHeaders({ fault: rule.fault as 'other-range' }, headers) : headers
}

/** The error that replaces a response; `undefined` if the fault is another one. */
export function errorAfter(rule: BucketFaultRule | undefined): BucketError | undefined {
  if (rule?.fault !== 'error-after' && rule?.fault !== 'error-in-200-after') return undefined
  const error = bucketErrorForFault(rule)
  return rule.fault === 'error-after' ? error : error && inside200(error)
}

/** A response, as it is sent under a fault. */
export function bucketResponseUnder(
  rule: BucketFaultRule | undefined,
  response: BucketResponse,
): BucketResponse {
  const { content } = response
  switch (rule?.fault) {
    case 'empty-200':
      return { status: 200 }
    case 'wrong-hash':
      return withChecksums(response, (value) => swapped(value))
    case 'no-hash':
      return withChecksums(response, () => undefined)
    case 'slow':
      return withBytes(response, content && slowedTo(rule.bytesPerSecond, content.bytes))
    case 'cut-output':
      return withBytes(response, content && cutAfter(content.length / 2, content.bytes))
    case 'corrupt-output':
      return withBytes(response, content && corruptedAt(Math.floor(content.length / 2), content.bytes))
    default:
      return response
  }
}

/** The same error with the status of success: Amazon S3 begins to answer some requests before it knows how they end. */
function inside200({ code, message }: BucketError): BucketError {
  return new BucketError(200, code, message)
}

/** Replaces all checksums in headers and XML. */
function withChecksums(
  response: BucketResponse,
  change: (value: string) => string | undefined,
): BucketResponse {
  const headers = Object.entries(response.headers ?? {}).map(([name, value]) => {
    return [name, CHECKSUM.test(name) && value !== undefined ? change(value) : value]
  })
  const xml = response.xml?.replace(
    /<(Checksum(?:CRC|SHA)\w+)>([^<]*)<\/\1>/g,
    (_all, name: string, value: string) => {
      const changed = change(value)
      return changed === undefined ? '' : `<${name}>${changed}</${name}>`
    },
  )
  return {
    ...response,
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(xml !== undefined && { xml }),
  }
}

/** Another checksum of the same form. */
function swapped(value: string): string {
  return `${'AB'.replace(value.charAt(0), '').charAt(0)}${value.slice(1)}`
}

function withBytes(response: BucketResponse, bytes: AsyncIterable<Buffer> | undefined): BucketResponse {
  return response.content && bytes ? { ...response, content: { ...response.content, bytes } } : response
}
