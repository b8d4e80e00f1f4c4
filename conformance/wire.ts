/**
 * Requests as they go on the wire, and answers as they come back: nothing is added but what signing needs, nothing is
 * repeated, and every request has a time limit.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { once } from 'node:events'
import { authorization, type Credentials } from './signature.js'
import { sha256 } from './tree-hash.js'

/** Where requests go. */
export interface Target {
  readonly endpoint: URL
  readonly region: string
  readonly credentials: Credentials
  /** The most milliseconds a request takes. */
  readonly requestTimeoutMs: number
}

/** A request. */
export interface Request {
  readonly method: string
  /** The path and query, as on the request line. */
  readonly target: string
  /** Headers besides those every request has; `undefined` removes one of these. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly body?: Uint8Array | string
  /** How it is signed where that is not as it should be; `false` for not at all. */
  readonly signing?: false | WrongSigning
}

/** What of a signature is other than it should be. */
export interface WrongSigning {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly region?: string
  readonly service?: string
  /** Milliseconds that are added to the time of the signature. */
  readonly shiftMs?: number
  /** The date in the scope, as `20120525`. */
  readonly scopeDate?: string
  /** The body that is signed instead of the one that is sent. */
  readonly signedBody?: string
  /** Added to the target that is sent, after the signature was computed without it. */
  readonly addedToTarget?: string
  /** Headers that are sent, but not signed. */
  readonly unsigned?: readonly string[]
  /** The time is sent in the `Date` header instead of `x-amz-date`. */
  readonly inDateHeader?: boolean
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** The most bytes of an answer that are taken in. */
const MOST_BYTES = 33_554_432

/**
 * Sends a request and takes in the whole answer.
 *
 * @param signal - ends it early
 * @throws if there is no answer: the connection fails, or the time is over
 */
export async function exchange(target: Target, request: Request, signal: AbortSignal): Promise<Answer> {
  const { endpoint, requestTimeoutMs } = target
  const { method, body = '', signing } = request
  const send = endpoint.protocol === 'https:' ? httpsRequest : httpRequest
  const added = signing === false ? '' : (signing?.addedToTarget ?? '')
  const timeout = AbortSignal.timeout(requestTimeoutMs)
  const sent = send({
    host: endpoint.hostname.replace(/^\[|\]$/g, ''),
    port: endpoint.port,
    method,
    path: request.target + added,
    headers: headersOf(target, request),
    agent: false,
    signal: AbortSignal.any([signal, timeout]),
  })
  try {
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return { status: Number(response.statusCode), headers: response.headers, body: await bodyOf(response) }
  } catch (error) {
    throw timeout.aborted
      ? new Error(`no answer within ${requestTimeoutMs} ms`)
      : new Error(`no answer: ${(error as Error).message}`, { cause: error })
  }
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new Error(`an answer of more than ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function headersOf(target: Target, request: Request): Record<string, string> {
  const { body = '', signing = {} } = request
  const wrong = signing || {}
  const timestamp = new Date(Date.now() + (wrong.shiftMs ?? 0)).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const { sessionToken } = target.credentials
  const headers = defined({
    host: target.endpoint.host,
    [wrong.inDateHeader ? 'date' : 'x-amz-date']: timestamp,
    'x-amz-glacier-version': '2012-06-01',
    'x-amz-security-token': sessionToken,
    'content-length': String(Buffer.byteLength(body)),
    ...request.headers,
  })
  if (signing === false) return headers
  const { 'content-length': length, ...rest } = headers // proxies may change it
  const signed = Object.fromEntries(Object.entries(rest).filter(([name]) => !wrong.unsigned?.includes(name)))
  const value = authorization({
    method: request.method,
    target: request.target,
    headers: signed,
    payloadHash: headers['x-amz-content-sha256'] ?? sha256(wrong.signedBody ?? body),
    credentials: {
      accessKeyId: wrong.accessKeyId ?? target.credentials.accessKeyId,
      secretAccessKey: wrong.secretAccessKey ?? target.credentials.secretAccessKey,
    },
    timestamp,
    scopeDate: wrong.scopeDate ?? timestamp.slice(0, 8),
    region: wrong.region ?? target.region,
    service: wrong.service ?? 'glacier',
  })
  return { ...rest, ...defined({ 'content-length': length }), authorization: value }
}

function defined<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const entries = Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}
