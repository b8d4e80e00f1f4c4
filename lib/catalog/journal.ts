/**
 * The journal of a stream's uploads, as records of a catalog. Each record states its fields one by one: their order and
 * number on disk do not depend on the objects that the upload passes.
 */
import { ACCOUNT_ID, isVaultName } from '../glacier/names.js'
import { checkOptions, nested, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { isString, OBJECT, required, STRING, TEXT, withMethods } from '../options/rules.js'
import type { WallClock } from '../runtime/clock.js'
import type { ProcessIdentity } from '../runtime/process-identity.js'
import type { UploadJournal } from '../store/upload-journal.js'
import type { CatalogRecord, MismatchedRecord } from './record.js'
import { hashField } from './recorded-hash.js'
import { isBucketName, type ServiceAddress } from './vault-address.js'

/** A lock on a stream. */
export interface StreamLock {
  /** Rejects if this process no longer holds the lock. */
  assertHeld(): Promise<void>
}

/** The stream whose uploads a journal records, and who owns the stream. */
export interface JournalOptions {
  /** The vault, or the bucket as `s3://BUCKET`, of records that do not name one; default: an empty name, so that they belong to no vault. */
  readonly vaultName?: string | undefined
  /** 12 digits; default: the account ID that the service states in its responses. */
  readonly accountId?: string | undefined
  /** The stream's name; default: none. */
  readonly name?: string | undefined
  /** Random; the same for all volumes and runs of one stream. */
  readonly streamId?: string | undefined
  /** The storage class of the objects, as `DEEP_ARCHIVE`; default: none is recorded. */
  readonly storageClass?: string | undefined
  /** The process that uploads the stream. */
  readonly owner?: ProcessIdentity | undefined
  /** The lock on the stream, which is checked before an intent is recorded; default: no lock. */
  readonly lock?: StreamLock | undefined
}

const STORE_NAME: Rule = rule(
  'the name of a vault: 1 to 255 characters of A-Z, a-z, 0-9, "_", "." and "-", and neither "." nor ".."; or s3://BUCKET',
  isString,
  (value) => isVaultName(value) || isBucketName(value),
)
const ADDRESS: Rule = nested({
  region: required(TEXT),
  endpoint: TEXT,
} satisfies RulesOf<ServiceAddress>)
const OPTIONS = {
  vaultName: STORE_NAME,
  accountId: ACCOUNT_ID,
  name: STRING,
  streamId: TEXT,
  storageClass: TEXT,
  owner: OBJECT,
  lock: withMethods('a lock with a method assertHeld()', 'assertHeld'),
} satisfies RulesOf<JournalOptions>
const CALLER = 'Catalog.journal'

/** A file to which records are appended; the promise resolves when they are on disk. */
export interface RecordAppender {
  append(record: CatalogRecord): Promise<void>
}

/**
 * Makes the journal of a stream's uploads.
 *
 * @param address - the service to which the uploads go
 * @param options - the stream and its owner
 * @param wallClock - the clock by which records are dated
 * @throws {TypeError} an argument of a wrong type, or an unknown or missing field
 * @throws {RangeError} a field out of range
 */
export function catalogJournal(
  catalog: RecordAppender,
  address: ServiceAddress,
  options: JournalOptions,
  wallClock: WallClock,
): UploadJournal {
  ADDRESS(address, 'address', CALLER)
  const checked = checkOptions(CALLER, options, OPTIONS)
  const { vaultName = '', accountId, name, streamId, storageClass, owner, lock } = checked
  const { region, endpoint } = address
  const time = (): string => new Date(wallClock.now()).toISOString()
  const accountOf = (location: string | undefined): string | undefined => accountIn(location) ?? accountId
  return {
    assertOwner: async () => lock?.assertHeld(),
    begun: ({ uploadId, location, partSize, description, volume, firstVolume, ...upload }) =>
      catalog.append({
        type: 'begun',
        time: time(),
        region,
        endpoint,
        accountId: accountOf(location),
        uploadId,
        vaultName: upload.vaultName,
        partSize,
        description,
        volume,
        firstVolume,
        name,
        streamId,
        owner,
      }),
    async completing(uploadId, { intentId, size, hash, firstPart, hasNextVolume }) {
      await lock?.assertHeld() // an intent of a process that owns nothing would mislead the owner
      const more = hasNextVolume ? true : undefined
      await catalog.append({
        type: 'completing',
        time: time(),
        uploadId,
        intentId,
        size,
        ...hashField(hash),
        firstPart: { size: firstPart.size, ...hashField(firstPart.hash, hash) },
        more,
      })
    },
    sending: ({ intentId, size, hash, description, volume, firstVolume, ...intent }) =>
      catalog.append({
        type: 'sending',
        time: time(),
        region,
        endpoint,
        accountId,
        intentId,
        vaultName: intent.vaultName,
        size,
        ...hashField(hash),
        description,
        volume,
        firstVolume,
        name,
        streamId,
      }),
    rejected: ({ uploadId, intentId }) =>
      catalog.append({ type: 'rejected', time: time(), uploadId, intentId }),
    stored: (archive, uploadId, hasNextVolume, intentId) =>
      catalog.append({
        type: 'archive',
        time: time(),
        region,
        endpoint,
        accountId: accountOf(archive.location),
        archiveId: archive.archiveId,
        vaultName: archive.vaultName,
        size: archive.size,
        ...hashField(archive.hash, archive.hash, archive.partSize),
        partSize: archive.partSize,
        parts: archive.parts,
        description: archive.description,
        versionId: archive.versionId,
        storageClass,
        volume: archive.volume,
        firstVolume: archive.firstVolume,
        uploadId,
        intentId,
        name,
        streamId,
        more: hasNextVolume ? true : undefined,
      }),
    mismatched: ({ archiveId, size, hash, sentHash, uploadId, intentId, ...archive }) =>
      catalog.append({
        type: 'mismatched',
        time: time(),
        region,
        endpoint,
        accountId,
        archiveId,
        vaultName: archive.vaultName,
        size,
        ...(hash !== undefined && hashField(hash, sentHash)),
        ...sentHashField(sentHash),
        uploadId,
        intentId,
      }),
    closed: (end, uploadId, content) =>
      catalog.append({
        type: end,
        time: time(),
        region,
        endpoint,
        vaultName,
        accountId,
        uploadId,
        streamId,
        ...(content && { size: content.size, ...hashField(content.hash), archiveId: content.archiveId }),
      }),
  }
}

/** As {@link hashField}, for the bytes that were sent. */
function sentHashField(sent: string): Pick<MismatchedRecord, 'sentHash' | 'sentTreeHash'> {
  const { treeHash: sentTreeHash, hash: sentHash } = hashField(sent)
  return sentHash ? { sentHash } : { sentTreeHash }
}

/**
 * The account ID in a path of the service, which always has it and never `-` in its place
 * (docs/glacier-protocol.md#requests-and-responses).
 */
function accountIn(location: string | undefined): string | undefined {
  return /^\/(\d{12})\//.exec(location ?? '')?.[1]
}
