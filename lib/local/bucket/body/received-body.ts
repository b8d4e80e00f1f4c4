/** The bytes of a body, decoded, and the checks that are made when all of them were read. */
import { createHash, type Hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Signing } from '../auth/bucket-auth.js'
import { ChunkSignatures } from '../auth/chunk-signatures.js'
import {
  checksumBytes,
  checksumHeader,
  runningChecksum,
  type ChecksumAlgorithm,
  type RunningChecksum,
} from '../checksums/checksum-algorithms.js'
import { badDigest, BucketError, incompleteBody, invalidRequest } from '../service/bucket-error.js'
import { announcedBody, trailerNames, type AnnouncedBody } from './announced-body.js'
import { AwsChunkedBody } from './aws-chunked.js'

/** The hashes of a body. */
export interface BodyHashes {
  /** Bytes. */
  readonly size: number
  /** Lowercase hex. */
  readonly md5: string
  /** Of the algorithm that the request has, in base64; `undefined` if it has none. */
  readonly checksum: string | undefined
}

/** The body of a request. */
export class ReceivedBody {
  /** The body that the headers announce. */
  readonly announced: AnnouncedBody
  readonly #source: AsyncIterable<Buffer>
  readonly #chunked: AwsChunkedBody | undefined
  readonly #areChecksumsIgnored: boolean
  readonly #md5: Hash = createHash('md5')
  readonly #sha256: Hash | undefined
  readonly #checksum: RunningChecksum | undefined
  #size = 0

  /**
   * @param headers - of the request
   * @param source - the bytes as they are sent
   * @param signing - the signature of the headers
   * @param areChecksumsIgnored - whether `x-amz-checksum-…` is not checked, as by some other implementations
   * @throws {BucketError} 400: a header about the body is not valid
   */
  constructor(
    headers: IncomingHttpHeaders,
    source: AsyncIterable<Buffer>,
    signing: Signing,
    areChecksumsIgnored: boolean,
  ) {
    this.announced = announcedBody(headers)
    const { chunks, hasTrailers, sha256, checksum } = this.announced
    const declared = hasTrailers ? trailerNames(headers) : new Set<string>()
    const signatures = chunks === 'signed' ? new ChunkSignatures(signing) : undefined
    this.#chunked = chunks === 'none' ? undefined : new AwsChunkedBody(signatures, declared)
    this.#source = source
    this.#areChecksumsIgnored = areChecksumsIgnored
    this.#sha256 = sha256 !== undefined || checksum?.algorithm === 'SHA256' ? createHash('sha256') : undefined
    if (checksum && checksum.algorithm !== 'SHA256') this.#checksum = runningChecksum(checksum.algorithm)
  }

  /** The algorithm of the checksum that the request has; `undefined` if it has none. */
  get algorithm(): ChecksumAlgorithm | undefined {
    return this.#areChecksumsIgnored ? undefined : this.announced.checksum?.algorithm
  }

  /**
   * The bytes, once.
   *
   * @throws {BucketError} 400 or 403: they are not those that were announced. Only after all of them is that known.
   */
  async *bytes(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of this.#chunked?.decode(this.#source) ?? this.#source) {
      this.#size += chunk.length
      if (this.#size > (this.announced.length ?? Infinity)) throw incompleteBody()
      this.#md5.update(chunk)
      this.#sha256?.update(chunk)
      this.#checksum?.update(chunk)
      yield chunk
    }
  }

  /**
   * The hashes of the bytes, which have been compared with those that the request has. Called once, when all bytes were
   * read.
   *
   * @throws {BucketError} 400: one of them is not that of the bytes, or there are fewer bytes than announced
   */
  checkedHashes(): BodyHashes {
    const { length = this.#size, sha256, md5, checksum } = this.announced
    if (this.#size !== length) throw incompleteBody()
    const found = this.#md5.digest()
    if (md5 !== undefined && found.toString('base64') !== md5)
      throw badDigest('The Content-MD5 you specified did not match what we received.')
    const linear = this.#sha256?.digest()
    const linearHex = linear?.toString('hex')
    if (sha256 !== undefined && linearHex !== sha256) {
      throw new BucketError(
        400,
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
        { fields: { ClientComputedContentSHA256: sha256, S3ComputedContentSHA256: String(linearHex) } },
      )
    }
    const hashes = { size: this.#size, md5: found.toString('hex'), checksum: undefined }
    if (!checksum || this.#areChecksumsIgnored) return hashes
    const computed = (this.#checksum?.digest() ?? linear)?.toString('base64')
    if (computed !== this.#announcedChecksum(checksum.algorithm, checksum.value)) {
      throw badDigest(
        `The ${checksum.algorithm} you specified did not match the calculated checksum: calculated ${computed}.`,
      )
    }
    return { ...hashes, checksum: computed }
  }

  #announcedChecksum(algorithm: ChecksumAlgorithm, inHeader: string | undefined): string {
    const name = checksumHeader(algorithm)
    const value = inHeader ?? this.#chunked?.trailers.get(name)
    if (value === undefined || checksumBytes(algorithm, value) === undefined)
      throw invalidRequest(`Value for ${name} trailing header is invalid.`)
    return value
  }
}
