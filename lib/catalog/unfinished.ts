/**
 * The unfinished streams in a catalog: uploads that were begun and have no end, and sets whose last volume is missing.
 *
 * - An upload ends with the record of its archive, or with one that says that there is none. `superseded` ends nothing:
 *   the upload is open, but only its ID selects it.
 * - An intent to complete an upload counts until it is rejected. The upload may be an archive by now.
 * - A set of volumes is unfinished while its last volume says that another follows, and no upload of the next is open.
 */
import { isIterable } from '../options/rules.js'
import { isObject, rule } from '../options/check-options.js'
import type { ArchiveRecord, BegunRecord, CatalogRecord, ContentSummary, VaultPlace } from './record.js'

/** A completion that was sent, or was about to be. */
export interface RecordedIntent extends ContentSummary {
  /** The first part of the volume. */
  readonly firstPart: ContentSummary
  /** Whether the stream continues in another volume. */
  readonly hasNextVolume: boolean
}

/** A stream that is not stored to its end. */
export interface Unfinished extends VaultPlace {
  /** When its unfinished part was begun, ISO 8601. */
  readonly time: string
  /** Its place in the catalog: of two, the newer has the higher one. */
  readonly position: number
  /** 12 digits; `undefined` where the service did not say. */
  readonly accountId: string | undefined
  /** The stream's name; `undefined` where it has none. Of version 0.1, the first volume's description. */
  readonly name: string | undefined
  /** The same for all volumes and runs of the stream. */
  readonly streamId: string
  /** The first volume's description. */
  readonly description: string | undefined
  /** The upload that was begun; `undefined` where a volume was stored and the next one not begun. */
  readonly uploadId: string | undefined
  /** Bytes in each part. */
  readonly partSize: number
  /** Of the upload that was begun, as the service keeps it. */
  readonly uploadDescription: string | undefined
  /** The volumes that are stored, in order. */
  readonly earlierVolumes: readonly ArchiveRecord[]
  /** The last intent to complete the upload that was not rejected; `undefined` where there is none. */
  readonly intent: RecordedIntent | undefined
  /** Whether that is the only intent that was not rejected. */
  readonly isOnlyIntent: boolean
  /** Whether completion was sent, or about to be, and the record of version 0.1 does not say with which content. */
  readonly hasUnknownIntent: boolean
  /** The first part of the stream, where it is recorded. */
  readonly firstPart: ContentSummary | undefined
  /** Whether a source could not continue it: only the upload ID selects it. */
  readonly isSuperseded: boolean
}

const RECORDS = rule('an iterable of records, as readCatalog() gives', (value): value is object => {
  return isIterable(value) || (isObject(value) && Symbol.asyncIterator in value)
})

interface OpenUpload {
  readonly begun: BegunRecord
  readonly position: number
  isSuperseded: boolean
}

/** Volumes that are stored, of a set whose last is missing. */
interface UnfinishedSet {
  readonly volumes: readonly ArchiveRecord[]
  readonly first: ArchiveRecord
  readonly last: ArchiveRecord
  readonly position: number
}

/**
 * Goes through a catalog's records, and gives what is unfinished, the oldest first, by its place in the catalog.
 *
 * @throws {TypeError} nothing to iterate
 */
export async function unfinishedIn(records: AsyncIterable<CatalogRecord>): Promise<Unfinished[]> {
  RECORDS(records, 'records', 'unfinishedIn')
  const state = new CatalogState()
  for await (const record of records) state.take(record)
  return state.unfinished()
}

/** A catalog's records, as far as they matter to what is unfinished. */
class CatalogState {
  readonly #open = new Map<string, OpenUpload>()
  /** By upload ID, also of uploads that are stored as a volume of an unfinished set. */
  readonly #intents = new Map<string, RecordedIntent[]>()
  /** The volumes of unfinished sets, by the archive ID of the first. */
  readonly #sets = new Map<string, UnfinishedSet>()
  readonly #superseded = new Set<string>()
  /** The uploads whose intent has no content. */
  readonly #unknownIntents = new Set<string>()
  #position = 0

  take(record: CatalogRecord): void {
    this.#position++
    switch (record.type) {
      case 'begun':
        this.#open.set(record.uploadId, { begun: record, position: this.#position, isSuperseded: false })
        this.#continue(record.streamId)
        return
      case 'completing':
        this.#takeIntent(record)
        return
      case 'rejected':
        if (record.uploadId !== undefined) this.#voidIntents(record.uploadId)
        return
      case 'archive':
        this.#takeArchive(record)
        return
      case 'superseded':
        this.#supersede(record.uploadId, record.streamId)
        return
      case 'deleted':
        for (const [first, { volumes }] of this.#sets)
          if (volumes.some(({ archiveId }) => archiveId === record.archiveId)) this.#sets.delete(first)
        return
      case 'aborted':
      case 'expired':
      case 'unknown':
      case 'ended':
      case 'mismatched':
        if (record.uploadId !== undefined) this.#close(record.uploadId)
        return
      default:
    }
  }

  unfinished(): Unfinished[] {
    const sets = new Map(this.#sets)
    const uploads = [...this.#open.values()].flatMap(({ begun, position, isSuperseded }): Unfinished[] => {
      const set = this.#sets.get(begun.firstVolume ?? '')
      // A volume before it was deleted, or another upload has stored this volume.
      if ((set?.volumes.length ?? 0) !== begun.volume - 1) return []
      sets.delete(begun.firstVolume ?? '')
      const intents = this.#intents.get(begun.uploadId) ?? []
      const { uploadId, partSize, description: uploadDescription } = begun
      const hasUnknownIntent = this.#unknownIntents.has(uploadId)
      const isOnlyIntent = intents.length === 1 && !hasUnknownIntent
      const own = { uploadId, partSize, uploadDescription, isOnlyIntent, hasUnknownIntent }
      const intent = intents.at(-1)
      return [{ ...this.#describe(begun, set?.volumes ?? [], intent, isSuperseded), ...own, position }]
    })
    const betweenVolumes = [...sets.values()].map(({ volumes, first, last, position }): Unfinished => {
      const own = { uploadId: undefined, partSize: partSizeOf(first), uploadDescription: undefined }
      return {
        ...this.#describe(last, volumes, undefined, false),
        ...own,
        isOnlyIntent: false,
        hasUnknownIntent: false,
        position,
      }
    })
    return [...uploads, ...betweenVolumes]
      .filter(({ earlierVolumes }) => earlierVolumes.every(({ volume }, i) => volume === i + 1))
      .sort((a, b) => a.position - b.position)
  }

  #takeIntent({ uploadId, size, treeHash, firstPart, more }: CatalogRecord & { type: 'completing' }): void {
    if (size === undefined || treeHash === undefined || !firstPart) {
      this.#unknownIntents.add(uploadId) // of version 0.1
      return
    }
    const intents = this.#intents.get(uploadId) ?? []
    const intent = { size, treeHash, firstPart, hasNextVolume: more === true }
    // The same again is no other intent.
    const others = intents.filter((other) => other.size !== size || other.treeHash !== treeHash)
    this.#intents.set(uploadId, [...others, intent])
  }

  #takeArchive(record: ArchiveRecord): void {
    const { uploadId, firstVolume, archiveId, volume, more } = record
    const begun = uploadId === undefined ? undefined : this.#open.get(uploadId)?.begun
    const archive = record.partSize === undefined && begun ? { ...record, partSize: begun.partSize } : record
    if (uploadId !== undefined) this.#open.delete(uploadId)
    this.#continue(record.streamId)
    if (archive.partSize === undefined) return // from an inventory, which does not say whether another volume follows
    const key = firstVolume ?? archiveId
    const before = (this.#sets.get(key)?.volumes ?? []).filter((other) => other.volume < volume)
    const [first = archive] = before
    const set = { volumes: [...before, archive], first, last: archive, position: this.#position }
    if (more) this.#sets.set(key, set)
    else this.#sets.delete(key)
  }

  #supersede(uploadId: string | undefined, streamId: string | undefined): void {
    const upload = this.#open.get(uploadId ?? '')
    if (upload) upload.isSuperseded = true
    if (streamId !== undefined) this.#superseded.add(streamId)
  }

  /** A superseded stream that was continued all the same, by an upload ID. */
  #continue(streamId: string | undefined): void {
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

  #describe(
    record: ArchiveRecord | BegunRecord,
    earlierVolumes: readonly ArchiveRecord[],
    intent: RecordedIntent | undefined,
    isSuperseded: boolean,
  ): Omit<
    Unfinished,
    'hasUnknownIntent' | 'isOnlyIntent' | 'partSize' | 'position' | 'uploadDescription' | 'uploadId'
  > {
    const { region, endpoint, vaultName, time, accountId } = record
    const [first] = earlierVolumes
    const ofFirst = first ?? record
    const streamId = record.streamId ?? record.firstVolume ?? ownIdOf(ofFirst)
    // Version 0.1 knew no name, and went by the description.
    const name = record.name ?? (record.streamId === undefined ? ofFirst.description : undefined)
    return {
      region,
      endpoint,
      vaultName,
      time,
      accountId,
      name,
      streamId,
      description: ofFirst.description,
      earlierVolumes,
      intent,
      firstPart: first ? this.#firstPartOf(first) : intent?.firstPart,
      isSuperseded: isSuperseded || this.#superseded.has(streamId),
    }
  }

  #firstPartOf({ parts, size, treeHash, uploadId }: ArchiveRecord): ContentSummary | undefined {
    return parts === 1 ? { size, treeHash } : this.#intents.get(uploadId ?? '')?.at(-1)?.firstPart
  }
}

function ownIdOf(record: ArchiveRecord | BegunRecord): string {
  return record.type === 'archive' ? record.archiveId : record.uploadId
}

/** Of a volume of an unfinished set: only such are kept whose part size is known. */
function partSizeOf({ partSize }: ArchiveRecord): number {
  return partSize as number
}
