/**
 * The unsettled records of a catalog: uploads that are open, and requests whose outcome is not known.
 */
import { ofOrphan, ofSending, ofUpload, type PossibleArchive, type UploadState } from './possible-archives.js'
import { readBlocks } from './read-catalog.js'
import type { ArchiveRecord, CatalogRecord, OrphanRecord, SendingRecord } from './record.js'

/**
 * Reads what is not settled in a catalog.
 *
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function unsettledIn(file: string): Promise<UnsettledRecords> {
  const unsettled = new UnsettledRecords()
  for await (const records of readBlocks(file)) for (const record of records) unsettled.take(record)
  return unsettled
}

/** Goes through a catalog's records, and keeps what is not settled. */
export class UnsettledRecords {
  readonly #sending = new Map<string, SendingRecord>()
  readonly #uploads = new Map<string, UploadState>()
  readonly #orphans: OrphanRecord[] = []

  /** The uploads that are open, or of which it is not known whether they became archives, by their IDs. */
  get uploads(): ReadonlyMap<string, UploadState> {
    return this.#uploads
  }

  /** Takes the next record of the file. */
  take(record: CatalogRecord): void {
    switch (record.type) {
      case 'sending':
        this.#sending.set(record.intentId, record)
        break
      case 'begun':
        this.#uploads.set(record.uploadId, { begun: record })
        break
      case 'completing':
        this.#change(record.uploadId, { completing: record })
        break
      case 'rejected':
        if (record.intentId !== undefined) this.#sending.delete(record.intentId)
        if (record.uploadId !== undefined) this.#change(record.uploadId, { completing: undefined })
        break
      case 'superseded':
      case 'unknown':
        if (record.uploadId !== undefined) this.#change(record.uploadId, { outcome: record })
        break
      case 'orphan':
        this.#orphans.push(record)
        break
      case 'archive':
        if (this.#orphans.length > 0) this.#settleOrphan(record)
        this.#settle(record)
        break
      case 'mismatched':
      case 'aborted':
      case 'expired':
      case 'ended':
        this.#settle(record)
        break
      case 'deleted':
    }
  }

  /** The archives that may exist: of requests of their own, of uploads, and those that version 0.1 noted. */
  possible(): PossibleArchive[] {
    return [
      ...[...this.#sending.values()].map(ofSending),
      ...[...this.#uploads.values()].flatMap((upload) => ofUpload(upload) ?? []),
      ...this.#orphans.map(ofOrphan),
    ]
  }

  #change(uploadId: string, change: UploadState): void {
    const upload = this.#uploads.get(uploadId)
    if (upload || change.completing || change.outcome) this.#uploads.set(uploadId, { ...upload, ...change })
  }

  #settle({
    uploadId,
    intentId,
  }: {
    readonly uploadId?: string | undefined
    readonly intentId?: string | undefined
  }): void {
    if (uploadId !== undefined) this.#uploads.delete(uploadId)
    if (intentId !== undefined) this.#sending.delete(intentId)
  }

  /** An archive that only an inventory told of is what version 0.1 noted as one that may exist. */
  #settleOrphan({ partSize, vaultName, size, treeHash }: ArchiveRecord): void {
    if (partSize !== undefined) return
    const at = this.#orphans.findIndex(
      (it) => it.vaultName === vaultName && it.size === size && it.treeHash === treeHash,
    )
    if (at !== -1) this.#orphans.splice(at, 1)
  }
}
