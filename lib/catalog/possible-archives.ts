/**
 * Archives that may exist although the catalog has no ID for them: a request that stores one was sent, or about to be,
 * and no record says what came of it.
 */
import { readBlocks } from './read-catalog.js'
import type {
  ArchiveRecord,
  BegunRecord,
  CatalogRecord,
  ClosedRecord,
  CompletingRecord,
  OrphanRecord,
  SendingRecord,
  VaultPlace,
} from './record.js'

/** An archive that may exist. */
export interface PossibleArchive extends VaultPlace {
  readonly type: 'possible'
  /** What says so. */
  readonly record: SendingRecord | CompletingRecord | ClosedRecord | OrphanRecord
  /** When that was written, ISO 8601. */
  readonly time: string
  /** Bytes; absent where version 0.1 wrote none. */
  readonly size?: number | undefined
  /** Lowercase hex; absent where version 0.1 wrote none. */
  readonly treeHash?: string | undefined
  readonly description?: string | undefined
  /** What an archive record would say of the upload or the request, and of the stream. */
  readonly origin: Origin
}

/** What an archive's record takes from the upload or the request that stored it. */
export type Origin = Partial<
  Pick<
    ArchiveRecord,
    | 'accountId'
    | 'uploadId'
    | 'intentId'
    | 'name'
    | 'streamId'
    | 'partSize'
    | 'parts'
    | 'volume'
    | 'firstVolume'
    | 'more'
  >
>

/** What a catalog says of an upload that did not become an archive it knows. */
export interface UploadState {
  /** Absent where another catalog has it. */
  readonly begun?: BegunRecord | undefined
  /** The completion that was sent last and not answered. */
  readonly completing?: CompletingRecord | undefined
  /** Only `superseded` and `unknown`: of the other outcomes, nothing is left. */
  readonly outcome?: ClosedRecord | undefined
}

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

function ofSending(record: SendingRecord): PossibleArchive {
  const { accountId, intentId, name, streamId, volume, firstVolume } = record
  const origin = { accountId, intentId, name, streamId, parts: 1, volume, firstVolume }
  return { ...contentOf(record), ...placeOf(record), record, description: record.description, origin }
}

/** `undefined` where no completion was sent, and of another catalog's upload without its place. */
function ofUpload({ begun, completing, outcome }: UploadState): PossibleArchive | undefined {
  const record = outcome?.type === 'unknown' ? outcome : completing
  const place = begun ?? (outcome?.type === 'unknown' ? outcome : undefined)
  if (!record || !place) return undefined
  const { accountId } = place
  const { name, streamId, volume, firstVolume, partSize } = begun ?? {}
  const { size = completing?.size, treeHash = completing?.treeHash } = record
  // Version 0.1 did not write whether another volume follows: then the set's end is not known, as if from an inventory.
  const sent =
    completing?.size === undefined || partSize === undefined || size === undefined
      ? {}
      : { partSize, parts: Math.ceil(size / partSize) }
  const origin = {
    accountId,
    uploadId: record.uploadId,
    name,
    streamId,
    ...sent,
    volume,
    firstVolume,
    more: completing?.more,
  }
  return {
    ...contentOf({ time: record.time, size, treeHash }),
    ...placeOf(place),
    record,
    description: begun?.description,
    origin,
  }
}

function ofOrphan(record: OrphanRecord): PossibleArchive {
  const origin = { accountId: record.accountId }
  return { ...contentOf(record), ...placeOf(record), record, description: record.description, origin }
}

function contentOf({
  time,
  size,
  treeHash,
}: Pick<PossibleArchive, 'time' | 'size' | 'treeHash'>): Pick<
  PossibleArchive,
  'type' | 'time' | 'size' | 'treeHash'
> {
  return { type: 'possible', time, size, treeHash }
}

function placeOf({ region, endpoint, vaultName }: VaultPlace): VaultPlace {
  return { region, endpoint, vaultName }
}
