/**
 * The notes an upload takes, as records of a catalog.
 */
import type { Catalog } from './catalog.js'
import type { ArchiveRecord, BegunRecord, OrphanRecord, Place } from './record.js'

/** What an upload knows of an archive it has stored. */
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
> & { readonly location?: string | undefined }

/** What it knows of an upload it has begun. */
export type BegunFacts = Pick<
  BegunRecord,
  'uploadId' | 'vaultName' | 'partSize' | 'description' | 'volume' | 'firstVolume'
> & { readonly location?: string | undefined }

/** What it knows of bytes that may be stored although no answer said so. */
export type OrphanFacts = Pick<OrphanRecord, 'vaultName' | 'size' | 'treeHash' | 'description'>

/** The journal of an upload, in a catalog. */
export interface CatalogJournal {
  begun(upload: BegunFacts): Promise<void>
  completing(uploadId: string): Promise<void>
  stored(archive: StoredFacts, uploadId: string | undefined, more: boolean): Promise<void>
  ended(uploadId: string): Promise<void>
  orphaned(orphan: OrphanFacts): Promise<void>
}

/**
 * Takes an upload's notes in a catalog; to be given to `uploadArchive` and its kin as `journal`.
 *
 * @param place - where the uploads go
 */
export function journalIn(catalog: Pick<Catalog, 'append'>, place: Place): CatalogJournal {
  const now = (): string => new Date().toISOString()
  return {
    begun: ({ location, ...upload }) =>
      catalog.append({ type: 'begun', time: now(), ...place, accountId: accountIn(location), ...upload }),
    completing: (uploadId) => catalog.append({ type: 'completing', time: now(), uploadId }),
    stored: ({ location, ...archive }, uploadId, more) =>
      catalog.append({
        type: 'archive',
        time: now(),
        ...place,
        accountId: accountIn(location),
        ...archive,
        uploadId,
        ...(more && { more: true }),
      }),
    ended: (uploadId) => catalog.append({ type: 'ended', time: now(), uploadId }),
    orphaned: (orphan) => catalog.append({ type: 'orphan', time: now(), ...place, ...orphan }),
  }
}

/** The account's number in a path of the service's (protocol.md 0: never `-`). */
function accountIn(location: string | undefined): string | undefined {
  return /^\/(\d{12})\//.exec(location ?? '')?.[1]
}
