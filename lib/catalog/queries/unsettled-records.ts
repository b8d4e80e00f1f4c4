/**
 * The unsettled records of a catalog: uploads that are open, and requests whose outcome is unknown.
 */
import type { FileSystem } from '../../runtime/file-system.js'
import { systemFiles } from '../../runtime/system-files.js'
import { ofOrphan, ofSending, ofUpload, type PossibleArchive, type UploadState } from './possible-archives.js'
import { intentsLeft } from '../open-intents.js'
import { readBlocks } from '../read-catalog.js'
import type {
  ArchiveRecord,
  CatalogRecord,
  CompletingRecord,
  OrphanRecord,
  SendingRecord,
} from '../record.js'

/**
 * Reads the unsettled records of a catalog.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read
 */
export async function unsettledIn(file: string, files: FileSystem = systemFiles): Promise<UnsettledRecords> {
  const unsettled = new UnsettledRecords()
  for await (const records of readBlocks(file, {}, files))
    for (const record of records) unsettled.take(record)
  return unsettled
}

/** Takes a catalog's records, in the order of the file, and keeps those that are unsettled. */
export class UnsettledRecords {
  readonly #sending = new Map<string, SendingRecord>()
  readonly #uploads = new Map<string, UploadState>()
  readonly #orphans: OrphanRecord[] = []

  /** The uploads that are open or may have become archives, by their IDs. */
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
        this.#change(record.uploadId, { begun: record })
        break
      case 'completing':
        this.#change(record.uploadId, { intents: [...this.#intentsOf(record.uploadId), record] })
        break
      case 'rejected':
        if (record.intentId !== undefined) this.#sending.delete(record.intentId)
        if (record.uploadId !== undefined) this.#reject(record.uploadId, record.intentId)
        break
      case 'superseded':
      case 'unknown':
        if (record.uploadId !== undefined) this.#change(record.uploadId, { outcome: record })
        break
      case 'orphan':
        this.#orphans.push(record)
        break
      case 'archive':
        this.#settleOrphan(record)
        this.#settle(record)
        break
      case 'mismatched':
      case 'aborted':
      case 'ended':
        this.#settle(record)
        break
      case 'expired':
        // It may be gone because another process has completed it.
        if (this.#intentsOf(record.uploadId).length === 0) this.#settle(record)
        break
      case 'deleted':
    }
  }

  /** The archives that may exist: from single requests, from uploads, and those that version 0.1 recorded. */
  possible(): PossibleArchive[] {
    return [
      ...[...this.#sending.values()].map(ofSending),
      ...[...this.#uploads.values()].flatMap((upload) => ofUpload(upload) ?? []),
      ...this.#orphans.map(ofOrphan),
    ]
  }

  #change(uploadId: string, change: UploadState): void {
    this.#uploads.set(uploadId, { ...this.#uploads.get(uploadId), ...change })
  }

  #intentsOf(uploadId: string | undefined): readonly CompletingRecord[] {
    return this.#uploads.get(uploadId ?? '')?.intents ?? []
  }

  #reject(uploadId: string, intentId: string | undefined): void {
    if (this.#uploads.has(uploadId))
      this.#change(uploadId, { intents: intentsLeft(this.#intentsOf(uploadId), intentId) })
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

  /** An archive that is known from an inventory alone may be the one that version 0.1 recorded as an orphan. */
  #settleOrphan({ partSize, vaultName, size, treeHash }: ArchiveRecord): void {
    if (partSize !== undefined) return
    const at = this.#orphans.findIndex(
      (orphan) => orphan.vaultName === vaultName && orphan.size === size && orphan.treeHash === treeHash,
    )
    if (at !== -1) this.#orphans.splice(at, 1)
  }
}
