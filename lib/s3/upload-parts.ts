/** The parts of uploads: those that the service lists, with the hashes of those that this process has sent. */
import { ServiceError } from '../errors.js'
import { itemsOf } from '../store/paging.js'
import type { BucketClient } from './bucket-client.js'
import type { UploadRequest } from './bucket-requests.js'
import type { ListedPart, SentPart } from './bucket-responses.js'
import { CompositeHash, toWireHash } from './composite-hash.js'
import type { ObjectContent } from './object-at-key.js'
import { S3_LIMITS } from './s3-limits.js'

/** A part that this process has sent. */
export interface KnownPart extends SentPart {
  readonly sha256: string
  /** Whether the service has stated the hash: then it expects it in the completion, also if it lists none. */
  readonly isStated: boolean
}

/** The parts of the uploads of one stream. Some servers list no hashes: the ETag then says whether a part is the one sent. */
export class UploadParts {
  readonly #sent = new Map<string, Map<number, KnownPart>>()

  /** Notes a part that was sent. */
  sent(uploadId: string, partNumber: number, part: KnownPart): void {
    const parts = this.#sent.get(uploadId) ?? new Map<number, KnownPart>()
    this.#sent.set(uploadId, parts.set(partNumber, part))
  }

  /** Forgets an upload. */
  forget(uploadId: string): void {
    this.#sent.delete(uploadId)
  }

  /** The SHA-256 of a part: as the service lists it, or as this process has sent it; `undefined` if neither is known. */
  hashOf(uploadId: string, part: ListedPart): string | undefined {
    return part.sha256 ?? this.#sentAs(uploadId, part)?.sha256
  }

  /**
   * Lists the parts of an upload that is about to be completed, with the hashes that the service knows of them.
   *
   * @throws {ServiceError} reason `completion-refused`: they are not the content
   */
  async toComplete(
    client: BucketClient,
    upload: UploadRequest,
    content: ObjectContent,
  ): Promise<readonly ListedPart[]> {
    const parts: ListedPart[] = []
    const composite = new CompositeHash()
    let size = 0
    for await (const part of itemsOf((page) => client.listParts({ ...upload, ...page }))) {
      const sent = this.#sentAs(upload.uploadId, part)
      parts.push({ ...part, sha256: part.sha256 ?? (sent?.isStated ? sent.sha256 : undefined) })
      size += part.size
      const { partNumber } = part
      if (parts.length > S3_LIMITS.maxParts) throw refused(`it has more than ${S3_LIMITS.maxParts} parts`)
      if (partNumber !== parts.length) throw refused(`part ${parts.length} is missing`)
      const sha256 = this.hashOf(upload.uploadId, part)
      if (sha256 === undefined) throw refused(`the hash of part ${partNumber} is not known`)
      composite.update(sha256)
    }
    if (parts.length === 0) throw refused('it has no parts')
    if (size !== content.size) throw refused(`its parts have ${size} bytes, not ${content.size}`)
    const hash = toWireHash(composite.digest())
    if (hash !== content.hash) throw refused(`its parts have the composite ${hash}, not ${content.hash}`)
    return parts
  }

  /** The part that was sent, if it is the one that the service has. */
  #sentAs(uploadId: string, { partNumber, etag }: ListedPart): KnownPart | undefined {
    const sent = this.#sent.get(uploadId)?.get(partNumber)
    return sent?.etag === etag ? sent : undefined
  }
}

function refused(what: string): ServiceError {
  return new ServiceError(`The upload cannot be completed: ${what}.`, {
    operation: 'CompleteMultipartUpload',
    serviceCode: 'InvalidPart',
    reason: 'completion-refused',
  })
}
