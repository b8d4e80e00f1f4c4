/**
 * The journal of a stream's uploads, as records of a catalog.
 */
import type { ProcessIdentity } from '../fs/process-identity.js'
import { OBJECT, required, STRING, TEXT, withMethods } from '../options/rules.js'
import { checkOptions, nested, type Rule, type RulesOf } from '../options/check-options.js'
import { ACCOUNT_ID, VAULT_NAME } from '../glacier/names.js'
import type { Catalog } from './catalog.js'
import type {
  ArchiveRecord,
  BegunRecord,
  ContentSummary,
  MismatchedRecord,
  Place,
  SendingRecord,
  UploadOutcome,
} from './record.js'
import type { RecordedIntent } from './unfinished.js'

/** Facts about an archive that an upload has stored. */
export type StoredFacts = Pick<
  ArchiveRecord,
  | 'archiveId'
  | 'vaultName'
  | 'size'
  | 'treeHash'
  | 'partSize'
  | 'parts'
  | 'volume'
  | 'description'
  | 'firstVolume'
> & {
  /** The path at the service; absent if the response has none. */
  readonly location?: string | undefined
}

/** Facts about an upload that was begun. */
export type BegunFacts = Pick<
  BegunRecord,
  'uploadId' | 'vaultName' | 'partSize' | 'description' | 'volume' | 'firstVolume'
> & {
  /** The path at the service; absent if the response has none. */
  readonly location?: string | undefined
}

/** Facts about an archive that is about to be sent in one request. */
export type SendingFacts = Pick<
  SendingRecord,
  'intentId' | 'vaultName' | 'size' | 'treeHash' | 'description' | 'volume' | 'firstVolume'
>

/** Facts about an archive that has another tree hash than the bytes sent. */
export type MismatchedFacts = Pick<
  MismatchedRecord,
  'archiveId' | 'vaultName' | 'size' | 'treeHash' | 'sentTreeHash' | 'uploadId' | 'intentId'
>

/** The stream whose uploads are recorded, and who owns it. */
export interface StreamFacts {
  /** The vault of records that do not name one; default none, so that those are in no vault. */
  readonly vaultName?: string | undefined
  /** 12 digits; default: what the service says in its answers. */
  readonly accountId?: string | undefined
  /** The stream's name; default none. */
  readonly name?: string | undefined
  /** Random; the same for all volumes and runs of one stream. */
  readonly streamId?: string | undefined
  /** The process that uploads it. */
  readonly owner?: ProcessIdentity | undefined
  /** The lock on the stream, which is checked before an intent is recorded; default no lock. */
  readonly lock?:
    | {
        /** Rejects if another process has taken the lock. */
        assertHeld(): Promise<void>
      }
    | undefined
}

const CATALOG: Rule = withMethods('a Catalog', 'append')
const PLACE: Rule = nested({ region: required(TEXT), endpoint: TEXT } satisfies RulesOf<Place>)
const STREAM = {
  vaultName: VAULT_NAME,
  accountId: ACCOUNT_ID,
  name: STRING,
  streamId: TEXT,
  owner: OBJECT,
  lock: withMethods('a lock with a method assertHeld()', 'assertHeld'),
} satisfies RulesOf<StreamFacts>

/** The journal of an upload, in a catalog. */
export interface CatalogJournal {
  /** Checks that this process still owns the stream. */
  assertOwner(): Promise<void>
  /** Records an upload that was begun. */
  begun(upload: BegunFacts): Promise<void>
  /** Records that a completion is about to be sent. */
  completing(uploadId: string, intent: RecordedIntent): Promise<void>
  /** Records that an archive is about to be sent in one request. */
  sending(intent: SendingFacts): Promise<void>
  /** Records that the service refused an intent. */
  rejected(intent: { readonly uploadId: string } | { readonly intentId: string }): Promise<void>
  /** Records an archive that is stored. */
  stored(
    archive: StoredFacts,
    uploadId: string | undefined,
    hasNextVolume: boolean,
    intentId?: string,
  ): Promise<void>
  /** Records an archive that has another tree hash than the bytes sent. */
  mismatched(archive: MismatchedFacts): Promise<void>
  /** Records that an upload ended without an archive. */
  closed(
    end: UploadOutcome,
    uploadId: string | undefined,
    content?: ContentSummary & { readonly archiveId?: string | undefined },
  ): Promise<void>
}

/**
 * Records a stream's uploads in a catalog; to be given to `uploadArchive` and its kin as `journal`.
 *
 * @param place - where the uploads go
 * @param stream - the stream, and who owns it; default a stream without a name, owned by nobody
 * @throws {TypeError} an argument of a wrong type, or an unknown or missing field
 * @throws {RangeError} a field out of range
 *
 * @example
 * ```ts
 * const catalog = await Catalog.open('catalog.jsonl')
 * const journal = journalIn(catalog, { region: 'eu-west-1' }, { vaultName: 'backups', name: 'srv.tar' })
 * await uploadArchive(source, { client, vaultName: 'backups', journal })
 * await catalog.close()
 * ```
 */
export function journalIn(
  catalog: Pick<Catalog, 'append'>,
  place: Place,
  stream: StreamFacts = {},
): CatalogJournal {
  CATALOG(catalog, 'catalog', 'journalIn')
  PLACE(place, 'place', 'journalIn')
  const checked = checkOptions('journalIn', stream, STREAM)
  const { vaultName = '', accountId, name, streamId, owner, lock } = checked
  const now = (): string => new Date().toISOString()
  const facts = { name, streamId }
  const accountOf = (location: string | undefined): string | undefined => accountIn(location) ?? accountId
  return {
    assertOwner: async () => lock?.assertHeld(),
    begun: ({ location, ...upload }) =>
      catalog.append({
        type: 'begun',
        time: now(),
        ...place,
        accountId: accountOf(location),
        ...upload,
        ...facts,
        owner,
      }),
    async completing(uploadId, { hasNextVolume, size, treeHash, firstPart }) {
      await lock?.assertHeld() // an intent of a process that owns nothing would mislead the owner
      const more = hasNextVolume ? true : undefined
      await catalog.append({ type: 'completing', time: now(), uploadId, size, treeHash, firstPart, more })
    },
    sending: (intent) =>
      catalog.append({ type: 'sending', time: now(), ...place, accountId, ...intent, ...facts }),
    rejected: (intent) => catalog.append({ type: 'rejected', time: now(), ...intent }),
    stored: ({ location, ...archive }, uploadId, hasNextVolume, intentId) =>
      catalog.append({
        type: 'archive',
        time: now(),
        ...place,
        accountId: accountOf(location),
        ...archive,
        uploadId,
        intentId,
        ...facts,
        ...(hasNextVolume && { more: true }),
      }),
    mismatched: (archive) =>
      catalog.append({ type: 'mismatched', time: now(), ...place, accountId, ...archive }),
    closed: (end, uploadId, content) =>
      catalog.append({
        type: end,
        time: now(),
        ...place,
        vaultName,
        accountId,
        uploadId,
        streamId,
        ...content,
      }),
  }
}

/**
 * The account ID in a path of the service, which always carries it (docs/glacier-protocol.md#requests-and-responses:
 * never `-`).
 */
function accountIn(location: string | undefined): string | undefined {
  return /^\/(\d{12})\//.exec(location ?? '')?.[1]
}
