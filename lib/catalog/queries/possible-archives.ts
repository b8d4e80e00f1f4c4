/**
 * Archives that may exist although the catalog has no ID for them: a request that stores one was sent, or about to be sent,
 * and no record states its outcome.
 */
import type { BegunRecord, ClosedRecord, CompletingRecord, OrphanRecord, SendingRecord } from '../record.js'
import type { VaultAddress } from '../vault-address.js'

/** An archive that may exist. */
export interface PossibleArchive extends VaultAddress {
  readonly type: 'possible'
  /** The record of the request. */
  readonly record: SendingRecord | CompletingRecord | ClosedRecord | OrphanRecord
  /** When that record was written, ISO 8601. */
  readonly time: string
  /** Bytes; absent in records of version 0.1. */
  readonly size?: number | undefined
  /** Lowercase hex; absent in records of version 0.1. */
  readonly treeHash?: string | undefined
  /** The description as the service would keep it. */
  readonly description?: string | undefined
  /** The fields that an archive record would take from the upload or the request, and from the stream. */
  readonly origin: Origin
}

/** The fields that an archive's record takes from the upload or the request that stored it. */
export interface Origin {
  readonly accountId?: string | undefined
  readonly uploadId?: string | undefined
  readonly intentId?: string | undefined
  readonly name?: string | undefined
  readonly streamId?: string | undefined
  readonly partSize?: number | undefined
  readonly parts?: number | undefined
  /** Absent if it is not known: the record is from another catalog, or from version 0.1. */
  readonly volume?: number | undefined
  readonly firstVolume?: string | undefined
  readonly more?: true | undefined
}

/** The records of an upload that did not become an archive the catalog knows. */
export interface UploadState {
  /** Absent if another catalog has it. */
  readonly begun?: BegunRecord | undefined
  /** The completions that may have been sent, and were not rejected; the last one is the one that counts. */
  readonly intents?: readonly CompletingRecord[] | undefined
  /** Only `superseded` or `unknown`: other ends settle the upload. */
  readonly outcome?: ClosedRecord | undefined
}

/** The archive that a single request may have stored. */
export function ofSending(record: SendingRecord): PossibleArchive {
  const { accountId, intentId, name, streamId, volume, firstVolume } = record
  const origin = { accountId, intentId, name, streamId, parts: 1, volume, firstVolume }
  return { ...contentOf(record), ...addressOf(record), record, description: record.description, origin }
}

/** The archive that an upload may have become; `undefined` if no completion was sent. */
export function ofUpload({ begun, intents, outcome }: UploadState): PossibleArchive | undefined {
  const completing = intents?.at(-1)
  const record = outcome?.type === 'unknown' ? outcome : completing
  const address = begun ?? (outcome?.type === 'unknown' ? outcome : undefined)
  if (!record || !address) return undefined
  const { accountId } = address
  const { name, streamId, volume, firstVolume, partSize } = begun ?? {}
  const { size = completing?.size, treeHash = completing?.treeHash } = record
  // Version 0.1 did not record whether another volume follows: the set's end is unknown, as in a record of an inventory.
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
    ...addressOf(address),
    record,
    description: begun?.description,
    origin,
  }
}

/** An archive that version 0.1 recorded as an orphan. */
export function ofOrphan(record: OrphanRecord): PossibleArchive {
  const origin = { accountId: record.accountId }
  return { ...contentOf(record), ...addressOf(record), record, description: record.description, origin }
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

function addressOf({ region, endpoint, vaultName }: VaultAddress): VaultAddress {
  return { region, endpoint, vaultName }
}
