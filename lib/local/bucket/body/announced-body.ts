/** The body that the headers of a request announce: its length, encoding, hash and checksums. */
import type { IncomingHttpHeaders } from 'node:http'
import {
  CHECKSUM_ALGORITHMS,
  checksumBytes,
  checksumHeader,
  type ChecksumAlgorithm,
} from '../checksums/checksum-algorithms.js'
import { BucketError, invalidArgument, invalidRequest } from '../service/bucket-error.js'

/** A checksum that a request has. */
export interface AnnouncedChecksum {
  readonly algorithm: ChecksumAlgorithm
  /** Base64; `undefined` if it is in a trailer. */
  readonly value: string | undefined
}

/** The body that the headers announce. */
export interface AnnouncedBody {
  /** Bytes, decoded; `undefined` if no header says. */
  readonly length: number | undefined
  /** The SHA-256 of the body, lowercase hex; `undefined` if it is not in `x-amz-content-sha256`. */
  readonly sha256: string | undefined
  /** Whether the body is in the encoding `aws-chunked`, and whether its chunks are signed. */
  readonly chunks: 'none' | 'unsigned' | 'signed'
  /** Whether trailers follow the body. */
  readonly hasTrailers: boolean
  /** Base64; `undefined` if there is no `Content-MD5`. */
  readonly md5: string | undefined
  readonly checksum: AnnouncedChecksum | undefined
}

type Payload = Pick<AnnouncedBody, 'chunks' | 'hasTrailers'>

const PAYLOADS: Readonly<Record<string, Payload>> = {
  'UNSIGNED-PAYLOAD': { chunks: 'none', hasTrailers: false },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { chunks: 'unsigned', hasTrailers: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { chunks: 'signed', hasTrailers: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { chunks: 'signed', hasTrailers: true },
}

/**
 * Reads the headers.
 *
 * @throws {BucketError} 400: a value is not valid, or values contradict each other
 */
export function announcedBody(headers: IncomingHttpHeaders): AnnouncedBody {
  const text = textIn(headers, 'x-amz-content-sha256') ?? ''
  const payload = PAYLOADS[text] ?? { chunks: 'none', hasTrailers: false }
  const sha256 = /^[0-9a-f]{64}$/.test(text) ? text : undefined
  if (sha256 === undefined && PAYLOADS[text] === undefined) {
    throw invalidArgument(
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, ' +
        'STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      'x-amz-content-sha256',
      text,
    )
  }
  const length = payload.chunks === 'none' ? 'content-length' : 'x-amz-decoded-content-length'
  return {
    length: lengthIn(headers, length),
    sha256,
    ...payload,
    md5: md5In(headers),
    checksum: checksumIn(headers, payload.hasTrailers),
  }
}

/** The names of the trailers that a request announces, in lower case. */
export function trailerNames(headers: IncomingHttpHeaders): ReadonlySet<string> {
  const names = (textIn(headers, 'x-amz-trailer') ?? '').split(',').map((name) => name.trim().toLowerCase())
  return new Set(names.filter((name) => name !== ''))
}

function checksumIn(headers: IncomingHttpHeaders, hasTrailers: boolean): AnnouncedChecksum | undefined {
  const trailers = hasTrailers ? trailerNames(headers) : new Set<string>()
  const found = CHECKSUM_ALGORITHMS.flatMap((algorithm): AnnouncedChecksum[] => {
    const name = checksumHeader(algorithm)
    const value = textIn(headers, name)
    if (value !== undefined && checksumBytes(algorithm, value) === undefined)
      throw invalidRequest(`Value for ${name} header is invalid.`)
    return value !== undefined || trailers.has(name) ? [{ algorithm, value }] : []
  })
  const [checksum, ...more] = found
  if (more.length > 0)
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    )
  const named = textIn(headers, 'x-amz-sdk-checksum-algorithm')
  if (named !== undefined && named.toUpperCase() !== checksum?.algorithm) {
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    )
  }
  return checksum
}

function md5In(headers: IncomingHttpHeaders): string | undefined {
  const text = textIn(headers, 'content-md5')
  const bytes = Buffer.from(text ?? '', 'base64')
  if (text !== undefined && (bytes.length !== 16 || bytes.toString('base64') !== text))
    throw new BucketError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.')
  return text
}

function lengthIn(headers: IncomingHttpHeaders, name: string): number | undefined {
  const text = textIn(headers, name)
  if (text === undefined) return undefined
  const length = /^\d{1,15}$/.test(text) ? Number(text) : NaN
  if (Number.isNaN(length)) throw invalidArgument(`${name} is not a number of bytes.`, name, text)
  return length
}

function textIn(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}
