/**
 * The unfinished uploads of a catalog: uploads that were begun and have no end, and sets whose last volume is missing. How
 * records begin and end an upload is described in upload-history.ts.
 */
import { isObject, rule } from '../options/check-options.js'
import { isIterable } from '../options/rules.js'
import type { FileSystem } from '../runtime/file-system.js'
import { systemFiles } from '../runtime/system-files.js'
import type { CompletionIntent, Content } from '../store/upload-journal.js'
import { archiveOf, type EarlierVolume } from './archive-of.js'
import { readBlocks } from './read-catalog.js'
import type { ArchiveRecord, BegunRecord, CatalogRecord } from './record.js'
import { streamIdOf, UploadHistory, type OpenUpload, type UnfinishedSet } from './upload-history.js'
import { isSameStreamName } from './stream-name.js'
import { mayBeInSameVault, type VaultAddress } from './vault-address.js'

/** A stream that is not stored to its end. */
export interface UnfinishedUpload extends VaultAddress {
  /** When its unfinished part was begun, ISO 8601. */
  readonly time: string
  /** The position of its record in the catalog, from 1: of two, the newer has the higher one. */
  readonly position: number
  /** 12 digits; `undefined` if the service did not state it. */
  readonly accountId: string | undefined
  /** The stream's name; `undefined` if it has none. In records of version 0.1, the first volume's description. */
  readonly name: string | undefined
  /** The same for all volumes and runs of the stream. */
  readonly streamId: string
  /** The first volume's description. */
  readonly description: string | undefined
  /** The upload that was begun; `undefined` if a volume was stored and the next one not begun. */
  readonly uploadId: string | undefined
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** The description of the upload that was begun, as the service keeps it. */
  readonly uploadDescription: string | undefined
  /** The volumes that are stored, in order. */
  readonly earlierVolumes: readonly EarlierVolume[]
  /** The last intent to complete the upload that was not rejected; `undefined` if all were. */
  readonly intent: CompletionIntent | undefined
  /** Whether that is the only intent that was not rejected. */
  readonly isOnlyIntent: boolean
  /** Whether completion was sent, or was about to be, and the record of version 0.1 does not state the content. */
  readonly hasUnknownIntent: boolean
  /** The first part of the stream, if it is recorded. */
  readonly firstPart: Content | undefined
  /** Whether a source could not continue it, or a newer stream of the same name: only the upload ID selects it. */
  readonly isSuperseded: boolean
}

/** The facts of an unfinished upload that are those of its stream. */
type Stream = Pick<
  UnfinishedUpload,
  'region' | 'endpoint' | 'vaultName' | 'time' | 'accountId' | 'name' | 'streamId' | 'description'
>

const RECORDS = rule('an iterable of records, such as readCatalog() returns', (value): value is object => {
  return isIterable(value) || (isObject(value) && Symbol.asyncIterator in value)
})

/**
 * Finds the unfinished uploads among a catalog's records, the oldest first, by their position in the catalog.
 *
 * @param records - all records of a catalog, in the order of the file
 * @throws {TypeError} `records` cannot be iterated
 *
 * @example
 * ```ts
 * const unfinished = await findUnfinishedUploads(readCatalog('catalog.jsonl'))
 * ```
 */
export async function findUnfinishedUploads(
  records: AsyncIterable<CatalogRecord>,
): Promise<UnfinishedUpload[]> {
  RECORDS(records, 'records', 'findUnfinishedUploads')
  const history = new UploadHistory()
  for await (const record of records) history.take(record)
  return unfinishedOf(history)
}

/**
 * As {@link findUnfinishedUploads}, of a catalog's file. A step of a generator costs more than a record: it takes a third
 * of the time.
 *
 * @param files - default the disk
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function unfinishedUploadsIn(
  file: string,
  files: FileSystem = systemFiles,
): Promise<UnfinishedUpload[]> {
  const history = new UploadHistory()
  for await (const records of readBlocks(file, {}, files)) for (const record of records) history.take(record)
  return unfinishedOf(history)
}

function unfinishedOf(history: UploadHistory): UnfinishedUpload[] {
  const setsWithoutUpload = new Map(history.unfinishedSets)
  const found: UnfinishedUpload[] = []
  for (const upload of history.openUploads) {
    const { volume, firstVolume = '' } = upload.begun
    const set = history.unfinishedSets.get(firstVolume)
    // A volume before it was deleted, or another upload has stored this volume.
    if ((set?.volumes.length ?? 0) !== volume - 1) continue
    setsWithoutUpload.delete(firstVolume)
    found.push(ofUpload(upload, set, history))
  }
  for (const set of setsWithoutUpload.values()) found.push(betweenVolumes(set, history))
  const superseded = history.supersededStreams.map(({ record, first, position }) => {
    return { ...streamOf(record, first), position }
  })
  return found
    .filter(({ earlierVolumes }) => earlierVolumes.every(({ volume }, i) => volume === i + 1))
    .map((stream) => (superseded.some((newer) => isOlder(stream, newer)) ? supersededOf(stream) : stream))
    .sort((a, b) => a.position - b.position)
}

/**
 * Whether a stream is older than a superseded stream of the same name. A source that could not continue one stream of a
 * name has changed since, and continues none that is older. Streams without a name are of different sources.
 */
function isOlder(stream: UnfinishedUpload, superseded: Stream & { readonly position: number }): boolean {
  const { name, position } = superseded
  if (stream.position >= position || name === undefined) return false
  return isSameStreamName(stream.name, name) && mayBeInSameVault(stream, superseded)
}

function supersededOf(stream: UnfinishedUpload): UnfinishedUpload {
  return { ...stream, isSuperseded: true }
}

/** An open upload, with the volumes before it. */
function ofUpload(
  { begun, position, isSuperseded }: OpenUpload,
  set: UnfinishedSet | undefined,
  history: UploadHistory,
): UnfinishedUpload {
  const { last: intent, isOnly, hasUnknown } = history.intentsOf(begun.uploadId)
  const stream = streamOf(begun, set?.first)
  return {
    ...stream,
    position,
    uploadId: begun.uploadId,
    partSize: begun.partSize,
    uploadDescription: begun.description,
    earlierVolumes: set?.volumes.map(archiveOf) ?? [],
    intent,
    isOnlyIntent: isOnly,
    hasUnknownIntent: hasUnknown,
    firstPart: set ? history.firstPartOf(set.first) : intent?.firstPart,
    isSuperseded: isSuperseded || history.isSupersededStream(stream.streamId),
  }
}

/** A set whose next volume was not begun. */
function betweenVolumes(
  { volumes, first, last, position }: UnfinishedSet,
  history: UploadHistory,
): UnfinishedUpload {
  const stream = streamOf(last, first)
  return {
    ...stream,
    position,
    uploadId: undefined,
    partSize: first.partSize,
    uploadDescription: undefined,
    earlierVolumes: volumes.map(archiveOf),
    intent: undefined,
    isOnlyIntent: false,
    hasUnknownIntent: false,
    firstPart: history.firstPartOf(first),
    isSuperseded: history.isSupersededStream(stream.streamId),
  }
}

/**
 * The stream to which a record belongs.
 *
 * @param firstVolume - `undefined` if the record is of the first volume itself
 */
function streamOf(record: ArchiveRecord | BegunRecord, firstVolume: ArchiveRecord | undefined): Stream {
  const { region, endpoint, vaultName, time, accountId } = record
  const { description } = firstVolume ?? record
  const streamId = streamIdOf(record, firstVolume)
  // Version 0.1 had no names, and identified a stream by its description.
  const name = record.name ?? (record.streamId === undefined ? description : undefined)
  return { region, endpoint, vaultName, time, accountId, name, streamId, description }
}
