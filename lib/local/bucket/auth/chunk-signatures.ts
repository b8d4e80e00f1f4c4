/**
 * The signatures of the chunks of a body, each of which includes that of the one before
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html).
 */
import { createHash } from 'node:crypto'
import { equalInConstantTime, hmac } from '../../auth/signature.js'
import { BucketError } from '../service/bucket-error.js'
import type { Signing } from './bucket-auth.js'

const EMPTY_HASH = createHash('sha256').digest('hex')

/** Checks the signatures of the chunks of one body, in their order. */
export class ChunkSignatures {
  readonly #signing: Signing
  #last: string

  /** @param signing - the signature of the headers, and its key */
  constructor(signing: Signing) {
    this.#signing = signing
    this.#last = signing.signature
  }

  /**
   * Checks the signature of a chunk.
   *
   * @param hash - the SHA-256 of its bytes, lowercase hex
   * @throws {BucketError} 403 `SignatureDoesNotMatch`
   */
  assertChunk(hash: string, signature: string): void {
    this.#assert('AWS4-HMAC-SHA256-PAYLOAD', `${EMPTY_HASH}\n${hash}`, signature)
  }

  /**
   * Checks the signature of the trailers.
   *
   * @param trailers - their lines, each with a line feed
   * @throws {BucketError} 403 `SignatureDoesNotMatch`
   */
  assertTrailers(trailers: string, signature: string): void {
    this.#assert('AWS4-HMAC-SHA256-TRAILER', createHash('sha256').update(trailers).digest('hex'), signature)
  }

  #assert(algorithm: string, rest: string, signature: string): void {
    const { key, scope, timestamp } = this.#signing
    const text = [algorithm, timestamp, scope, this.#last, rest].join('\n')
    const expected = hmac(key, text).toString('hex')
    if (!equalInConstantTime(expected, signature)) {
      throw new BucketError(
        403,
        'SignatureDoesNotMatch',
        'The signature of a chunk of the body does not match the one we calculated.',
      )
    }
    this.#last = signature
  }
}
