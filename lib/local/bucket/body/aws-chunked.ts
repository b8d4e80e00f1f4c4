/**
 * Decodes the content encoding `aws-chunked`: chunks with their sizes, and signatures if the body is signed, then trailers
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).
 *
 *     SIZE[;chunk-signature=HEX]CRLF BYTES CRLF … 0[;chunk-signature=HEX]CRLF [NAME:VALUE CRLF …] CRLF
 */
import { createHash, type Hash } from 'node:crypto'
import { BucketError, incompleteBody, invalidRequest } from '../service/bucket-error.js'
import type { ChunkSignatures } from '../auth/chunk-signatures.js'

/** The maximum of bytes of the line before a chunk. */
const MAX_LINE_BYTES = 256
/** The maximum of bytes of all trailers. */
const MAX_TRAILER_BYTES = 8192
const LINE_FEED = 10

/** A body in chunks. */
export class AwsChunkedBody {
  /** The trailers, by names in lower case; complete when all bytes were read. */
  readonly trailers: Map<string, string> = new Map<string, string>()
  readonly #signatures: ChunkSignatures | undefined
  readonly #declared: ReadonlySet<string>
  #waiting: Buffer = Buffer.alloc(0)
  #left = 0
  #hash: Hash | undefined
  #signature = ''
  #state: 'line' | 'bytes' | 'after bytes' | 'trailers' = 'line'

  /**
   * @param signatures - checks the chunks; `undefined` if they are not signed
   * @param declared - the names of the trailers, in lower case
   */
  constructor(signatures: ChunkSignatures | undefined, declared: ReadonlySet<string>) {
    this.#signatures = signatures
    this.#declared = declared
  }

  /**
   * The bytes of the body. The signature of a chunk is checked after its last byte.
   *
   * @throws {BucketError} 400: the body does not have this form, or ends too early; 403: a signature is wrong
   */
  async *decode(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    for await (const received of source) {
      this.#waiting = this.#waiting.length === 0 ? received : Buffer.concat([this.#waiting, received])
      while (this.#waiting.length > 0) {
        if (this.#state === 'bytes') yield this.#takeBytes()
        else if (!this.#takeLine()) break
      }
    }
    if (this.#state !== 'trailers') throw incompleteBody()
    this.#endTrailers()
  }

  #takeBytes(): Buffer {
    const bytes = this.#waiting.subarray(0, this.#left)
    this.#waiting = this.#waiting.subarray(bytes.length)
    this.#left -= bytes.length
    this.#hash?.update(bytes)
    if (this.#left === 0) {
      this.#endChunk()
      this.#state = 'after bytes'
    }
    return bytes
  }

  /** Takes a line; `false` if it is not complete. */
  #takeLine(): boolean {
    if (this.#state === 'trailers') {
      if (this.#waiting.length > MAX_TRAILER_BYTES) throw malformed('its trailers are too long')
      return false
    }
    const end = this.#waiting.indexOf(LINE_FEED)
    if (end > MAX_LINE_BYTES || (end < 0 && this.#waiting.length > MAX_LINE_BYTES))
      throw malformed('the line before a chunk is too long')
    if (end < 0) return false
    const line = this.#waiting.toString('latin1', 0, end + 1)
    this.#waiting = this.#waiting.subarray(end + 1)
    if (this.#state === 'after bytes') {
      if (line !== '\r\n') throw malformed('a chunk is longer than its size')
      this.#state = 'line'
    } else this.#beginChunk(line)
    return true
  }

  #beginChunk(line: string): void {
    const [, size, signature] = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?\r\n$/i.exec(line) ?? []
    if (size === undefined) throw malformed('the line before a chunk is not its size')
    if ((signature !== undefined) !== (this.#signatures !== undefined))
      throw malformed('its chunks are not signed as x-amz-content-sha256 says')
    this.#left = Number.parseInt(size, 16)
    this.#signature = signature ?? ''
    this.#hash = this.#signatures && createHash('sha256')
    this.#state = 'bytes'
    if (this.#left > 0) return
    this.#endChunk()
    this.#state = 'trailers'
  }

  #endChunk(): void {
    if (this.#hash) this.#signatures?.assertChunk(this.#hash.digest('hex'), this.#signature)
  }

  #endTrailers(): void {
    const text = this.#waiting.toString('latin1')
    if (!/\r?\n$/.test(text)) throw incompleteBody()
    let signature: string | undefined
    let signed = ''
    for (const line of text.split(/\r?\n/).filter((one) => one !== '')) {
      const [, name = '', value = ''] = /^([\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
      const lower = name.toLowerCase()
      if (lower === 'x-amz-trailer-signature' && this.#signatures) signature = value
      else if (!this.#declared.has(lower)) throw malformedTrailer()
      else {
        this.trailers.set(lower, value)
        signed += `${lower}:${value}\n`
      }
    }
    for (const name of this.#declared) if (!this.trailers.has(name)) throw malformedTrailer()
    if (this.#declared.size > 0) this.#signatures?.assertTrailers(signed, signature ?? '')
  }
}

function malformed(reason: string): BucketError {
  return invalidRequest(`The body is not in the encoding aws-chunked: ${reason}.`)
}

function malformedTrailer(): BucketError {
  return new BucketError(
    400,
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  )
}
