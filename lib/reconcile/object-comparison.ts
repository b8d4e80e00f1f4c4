/**
 * Compares the objects of a bucket with a catalog. The list of a bucket is never old, so that it is always right: an object that
 * was replaced, or stored again after its deletion, gets the record of what is there now.
 */
import type { PossibleArchive } from '../catalog/queries/possible-archives.js'
import type { ArchiveRecord, MismatchedRecord } from '../catalog/record.js'
import { hashIn } from '../catalog/recorded-hash.js'
import { isInSameVault, keyIn, type VaultAddress } from '../catalog/vault-address.js'
import { volumeName } from '../s3/s3-address.js'

/** The facts that a catalog states of an object that a bucket has. */
export type ObjectFinding =
  | 'known'
  /** The catalog does not have the object, and this record describes it. */
  | { readonly record: ArchiveRecord; readonly why: 'new' | 'replaced' | 'unknown outcome' }

/** Compares objects with what a catalog has of their bucket. */
export class ObjectComparison {
  readonly #known = new Map<string, ArchiveRecord | MismatchedRecord>()
  readonly #possible: PossibleArchive[]

  /**
   * @param known - the current records of the catalog; those of other places are left out
   * @param possible - the archives that may exist
   */
  constructor(
    known: readonly (ArchiveRecord | MismatchedRecord)[],
    possible: readonly PossibleArchive[],
    bucket: VaultAddress,
  ) {
    for (const record of known) if (isInSameVault(record, bucket)) this.#known.set(record.archiveId, record)
    this.#possible = possible.filter((archive) => isInSameVault(archive, bucket))
  }

  /** The records whose objects were not found. */
  get missing(): readonly (ArchiveRecord | MismatchedRecord)[] {
    return [...this.#known.values()]
  }

  /** Takes an object that has no record: it is not missing. Returns whether the catalog has one of its key. */
  takeKey(archiveId: string): boolean {
    return this.#known.delete(archiveId)
  }

  /** Takes the record of an object as it is. */
  take(record: ArchiveRecord): ObjectFinding {
    const known = this.#known.get(record.archiveId)
    this.#known.delete(record.archiveId)
    if (known && isSame(known, record)) return 'known'
    const possible = this.#takePossible(record)
    if (!possible) return { record, why: known ? 'replaced' : 'new' }
    const { volume, firstVolume } = record
    return { record: { ...record, ...possible.origin, volume, firstVolume }, why: 'unknown outcome' }
  }

  /** The request that may have stored an object: it has the same content, and the same key if its stream has a name. */
  #takePossible(record: ArchiveRecord): PossibleArchive | undefined {
    const at = this.#possible.findIndex(({ record: request, size, origin: { name, volume = 1 } }) => {
      const isSame = size === record.size && 'hash' in request && hashIn(request) === hashIn(record)
      return isSame && (name === undefined || volumeName(name, volume) === keyIn(record.archiveId))
    })
    return at === -1 ? undefined : this.#possible.splice(at, 1)[0]
  }
}

/** Whether a record describes an object as it is. A version that was stored since is another object, whatever its content is. */
function isSame(known: ArchiveRecord | MismatchedRecord, record: ArchiveRecord): boolean {
  if (hashIn(known) !== hashIn(record) || known.size !== record.size) return false
  const recorded = known.type === 'archive' ? known.versionId : undefined
  return [recorded, record.versionId].includes(undefined) || recorded === record.versionId
}
