/** The parts of uploads: those that the service lists, with the hashes of those that this process has sent. */
import { ServiceError } from '../errors.js'
import { itemsOf } from '../store/paging.js'
import type { BucketClient } from './bucket-client.js'
import type { UploadRequest } from './bucket-requests.js'
import type { ListedPart, SentPart } from './bucket-responses.js'
import { CompositeHash, toWireHash } from './composite-hash.js'
import type { ObjectContent } from './object-at-key.js'

/** The parts of the uploads of one stream. Some servers list no hashes: the ETag then says whether a part is the one sent. */
export class UploadParts {
  readonly #sent = new Map<string, Map<number, Required<SentPart>>>()

  /** Notes a part that was sent. */
  sent(uploadId: string, partNumber: number, part: SentPart & { readonly sha256: string }): void {
    const parts = this.#sent.get(uploadId) ?? new Map<number, SentPart>()
    this.#sent.set(uploadId, parts.set(partNumber, part))
  }

  /** Forgets an upload. */
  forget(uploadId: string): void {
    this.#sent.delete(uploadId)
  }

  /** The SHA-256 of a part: as the service lists it, or as this process has sent it; `undefined` if neither is known. */
  hashOf(uploadId: string, { partNumber, etag, sha256 }: ListedPart): string | undefined {
    const sent = this.#sent.get(uploadId)?.get(partNumber)
    return sha256 ?? (sent?.etag === etag ? sent.sha256 : undefined)
  }

  /**
   * Lists the parts of an upload that is about to be completed.
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
      parts.push(part)
      size += part.size
      const { partNumber } = part
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
}

function refused(what: string): ServiceError {
  return new ServiceError(`The upload cannot be completed: ${what}.`, {
    operation: 'CompleteMultipartUpload',
    serviceCode: 'InvalidPart',
    reason: 'completion-refused',
  })
}
