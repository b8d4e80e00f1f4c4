/**
 * The records of a catalog, reduced to the uploads and sets of volumes that may be unfinished.
 *
 * - An upload ends with the record of its archive, or with a record that it became no archive. `superseded` ends nothing:
 *   the upload is open, but only its ID selects it. The record counts after the upload has ended, for older streams of the
 *   same name, until its stream is continued.
 * - An intent to complete an upload counts until it is rejected. The upload may be an archive by now.
 * - `expired` does not end an upload with such an intent. Its process found that the upload is gone, and another process,
 *   which knew the ID of the upload, may have completed it.
 * - A set of volumes is unfinished while its last volume says that another follows.
 */
import type { CompletionIntent, Content } from '../store/upload-journal.js'
import { intentsLeft, summaryOf, type UploadIntents } from './open-intents.js'
import { contentIn } from './recorded-hash.js'
import { isObjectId } from './vault-address.js'
import type { ArchiveRecord, BegunRecord, CatalogRecord, CompletingRecord, RejectedRecord } from './record.js'

/** An upload that was begun and has no end. */
export interface OpenUpload {
  /** Its record. */
  readonly begun: BegunRecord
  /** The position of its record in the catalog, from 1. */
  readonly position: number
  /** Whether a source could not continue it. */
  readonly isSuperseded: boolean
}

/** An archive whose part size is known: the record is from an upload, not from an inventory. */
export type UploadedVolume = ArchiveRecord & { readonly partSize: number }

/** The volumes that are stored of a set whose last volume says that another follows. */
export interface UnfinishedSet {
  /** In order. */
  readonly volumes: readonly UploadedVolume[]
  /** The first volume. */
  readonly first: UploadedVolume
  /** The last volume that is stored. */
  readonly last: UploadedVolume
  /** The position of the last volume's record in the catalog, from 1. */
  readonly position: number
}

/** A stream that its source could not continue. */
export interface SupersededStream {
  /** The record of its open upload, or of its last volume. */
  readonly record: ArchiveRecord | BegunRecord
  /** The record of its first volume; `undefined` if no volume is stored. */
  readonly first: ArchiveRecord | undefined
  /** The position of the record in the catalog, from 1. */
  readonly position: number
}

/** Takes records, in the order of the file, and keeps what may be unfinished. */
export class UploadHistory {
  readonly #open = new Map<string, OpenUpload>()
  /** By upload ID, of uploads that are open or stored as a volume of an unfinished set. */
  readonly #intents = new Map<string, CompletionIntent[]>()
  /** By the archive ID of the first volume. */
  readonly #sets = new Map<string, UnfinishedSet>()
  /** By the ID of the stream, or of the upload if the record has no stream. */
  readonly #superseded = new Map<string, SupersededStream>()
  /** The IDs of deleted archives of vaults, which no other archive ever has. */
  readonly #deleted = new Set<string>()
  /** The IDs of uploads that have an intent without content. */
  readonly #unknownIntents = new Set<string>()
  #position = 0

  /** The uploads that are open, in the order of their records. */
  get openUploads(): readonly OpenUpload[] {
    return [...this.#open.values()]
  }

  /** The unfinished sets, by the archive ID of the first volume. */
  get unfinishedSets(): ReadonlyMap<string, UnfinishedSet> {
    return this.#sets
  }

  /** The streams that were superseded, and not continued since. */
  get supersededStreams(): readonly SupersededStream[] {
    return [...this.#superseded.values()]
  }

  /** Takes the next record of the file. */
  take(record: CatalogRecord): void {
    this.#position++
    switch (record.type) {
      case 'begun':
        this.#open.set(record.uploadId, { begun: record, position: this.#position, isSuperseded: false })
        this.#continueStream(record.streamId)
        break
      case 'completing':
        this.#takeIntent(record)
        break
      case 'rejected':
        this.#reject(record)
        break
      case 'archive':
        this.#takeArchive(record)
        break
      case 'superseded':
        this.#supersede(record.uploadId, record.streamId)
        break
      case 'deleted':
        this.#delete(record.archiveId)
        break
      case 'expired':
        if (record.uploadId !== undefined && !this.#hasIntent(record.uploadId)) this.#close(record.uploadId)
        break
      case 'aborted':
      case 'unknown':
      case 'ended':
      case 'mismatched':
        if (record.uploadId !== undefined) this.#close(record.uploadId)
        break
      default:
    }
  }

  /** The intents of an upload that were not rejected. */
  intentsOf(uploadId: string | undefined): UploadIntents {
    return summaryOf(this.#intents.get(uploadId ?? '') ?? [], this.#unknownIntents.has(uploadId ?? ''))
  }

  /** The first part of the stream that begins with a volume, if it is recorded. */
  firstPartOf(record: ArchiveRecord): Content | undefined {
    // A composite is not the hash of its only part.
    const { parts, size, treeHash, uploadId } = record
    const isPart = parts === 1 && treeHash !== undefined
    return isPart ? { size, hash: treeHash } : this.intentsOf(uploadId).last?.firstPart
  }

  /** Whether a stream was superseded, and not continued since. */
  isSupersededStream(streamId: string): boolean {
    return this.#superseded.has(streamId)
  }

  #takeIntent(record: CompletingRecord): void {
    const { uploadId, intentId, more } = record
    const content = contentIn(record)
    const firstPart = contentIn(record.firstPart ?? {})
    if (!content || !firstPart) {
      this.#unknownIntents.add(uploadId) // of version 0.1
      return
    }
    const intent = { intentId, ...content, firstPart, hasNextVolume: more === true }
    this.#intents.set(uploadId, [...(this.#intents.get(uploadId) ?? []), intent])
  }

  /** Voids one intent, or all intents to complete an upload. */
  #reject({ uploadId, intentId }: RejectedRecord): void {
    if (uploadId === undefined) return // an archive that was sent in one request
    const left = intentsLeft(this.#intents.get(uploadId) ?? [], intentId)
    if (left.length > 0) this.#intents.set(uploadId, left)
    else this.#intents.delete(uploadId)
    if (intentId === undefined) this.#unknownIntents.delete(uploadId)
  }

  #hasIntent(uploadId: string): boolean {
    return this.#intents.has(uploadId) || this.#unknownIntents.has(uploadId)
  }

  #takeArchive(record: ArchiveRecord): void {
    const { uploadId, firstVolume, archiveId, volume, more } = record
    const partSize = record.partSize ?? this.#open.get(uploadId ?? '')?.begun.partSize
    if (uploadId !== undefined) this.#open.delete(uploadId)
    this.#continueStream(record.streamId)
    if (partSize === undefined) return // from an inventory, which does not say whether another volume follows
    const archive = { ...record, partSize }
    const setId = firstVolume ?? archiveId
    const before = (this.#sets.get(setId)?.volumes ?? []).filter((other) => other.volume < volume)
    const [first = archive] = before
    const set = { volumes: [...before, archive], first, last: archive, position: this.#position }
    // A catalog that was replaced by an older copy gets the record of an archive after that of its deletion.
    if (more && !this.#deleted.has(archiveId)) this.#sets.set(setId, set)
    else this.#endSet(setId, set.volumes)
  }

  #delete(archiveId: string): void {
    if (!isObjectId(archiveId)) this.#deleted.add(archiveId)
    for (const [setId, { volumes }] of this.#sets)
      if (volumes.some((volume) => volume.archiveId === archiveId)) this.#endSet(setId, volumes)
  }

  /** Forgets a set that is complete or deleted, and the intents of its uploads: a catalog may have millions of them. */
  #endSet(setId: string, volumes: readonly UploadedVolume[]): void {
    this.#sets.delete(setId)
    for (const { uploadId } of volumes) if (uploadId !== undefined) this.#voidIntents(uploadId)
  }

  #supersede(uploadId: string | undefined, streamId: string | undefined): void {
    const upload = this.#open.get(uploadId ?? '')
    if (upload) this.#open.set(upload.begun.uploadId, { ...upload, isSuperseded: true })
    const stream = upload ?? this.#openUploadOf(streamId)
    const superseded = stream ? this.#streamOf(stream) : this.#setOf(streamId)
    const key = streamId ?? uploadId
    if (superseded && key !== undefined) this.#superseded.set(key, superseded)
  }

  #openUploadOf(streamId: string | undefined): OpenUpload | undefined {
    return this.openUploads.find(({ begun }) => streamId !== undefined && begun.streamId === streamId)
  }

  #streamOf({ begun, position }: OpenUpload): SupersededStream {
    return { record: begun, first: this.#sets.get(begun.firstVolume ?? '')?.first, position }
  }

  #setOf(streamId: string | undefined): SupersededStream | undefined {
    for (const { first, last, position } of this.#sets.values())
      if (streamIdOf(last, first) === streamId) return { record: last, first, position }
    return undefined
  }

  /** A superseded stream can still be continued, by the ID of its upload. */
  #continueStream(streamId: string | undefined): void {
    if (streamId !== undefined) this.#superseded.delete(streamId)
  }

  #close(uploadId: string): void {
    this.#open.delete(uploadId)
    this.#voidIntents(uploadId)
  }

  #voidIntents(uploadId: string): void {
    this.#intents.delete(uploadId)
    this.#unknownIntents.delete(uploadId)
  }
}

/**
 * The ID of the stream to which a record belongs: in a catalog of version 0.1, that of its first archive or upload.
 *
 * @param first - `undefined` if the record is of the first volume itself
 */
export function streamIdOf(record: ArchiveRecord | BegunRecord, first: ArchiveRecord | undefined): string {
  return record.streamId ?? record.firstVolume ?? ownIdOf(first ?? record)
}

function ownIdOf(record: ArchiveRecord | BegunRecord): string {
  return record.type === 'archive' ? record.archiveId : record.uploadId
}
