/** Ownership of streams: while this process runs, no other process on any host uploads the same stream. */
import type { Catalog } from '../catalog/catalog.js'
import { catalogFailure } from '../catalog/catalog-failure.js'
import type { VaultAddress } from '../catalog/vault-address.js'
import { isMissing } from '../fs/missing.js'
import { LockFolder, type Lock } from '../fs/lock.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import type { UploadJournal } from '../store/upload-journal.js'

/** The identity of a stream. An upload is resumed only by a stream with the same identity. */
export interface StreamIdentity extends VaultAddress {
  /** 12 digits, as the service states it; `undefined` if it is not known. */
  readonly accountId: string | undefined
  /** `undefined` for a stream without a name, which is an identity of its own. */
  readonly name: string | undefined
  /** The storage class to record with its objects; no part of the identity. Default: none is recorded. */
  readonly storageClass?: string | undefined
}

/** The catalog that records a stream, and the runtime on which both the catalog and the locks beside it lie. */
export interface StreamHome {
  readonly catalog: Catalog
  readonly runtime: Runtime
}

/** A stream that this process owns. */
export interface OwnedStream {
  readonly lock: Lock
  readonly journal: UploadJournal
}

/**
 * The locks on the streams of a catalog. They lie beside the file itself, so that symbolic links to it share them.
 *
 * @param runtime - default: the real clock, disk and processes
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be found out whether the catalog is a link: other processes may use other
 *   locks
 */
export async function streamLocks(
  catalogFile: string,
  runtime: Runtime = systemRuntime,
): Promise<LockFolder> {
  const file = await runtime.files.realpath(catalogFile).catch((error: unknown) => {
    if (isMissing(error)) return catalogFile // a catalog that does not exist yet
    throw catalogFailure(catalogFile, 'read', error)
  })
  return new LockFolder(`${file}.locks`, { runtime })
}

/**
 * Takes ownership of a stream.
 *
 * @param streamId - the same for all volumes and runs of the stream
 * @param subject - the thing that is owned, for messages: `The upload X`
 * @throws {LockHeldError} `ERR_LOCK_HELD`: a living process owns it
 */
export async function ownStream(
  { catalog, runtime }: StreamHome,
  { accountId, name, vaultName, region, endpoint, storageClass }: StreamIdentity,
  streamId: string,
  subject: string,
): Promise<OwnedStream> {
  const lock = await (await streamLocks(catalog.path, runtime)).tryTake(streamId, subject)
  const owner = await runtime.processes.current()
  const stream = { vaultName, accountId, name, streamId, storageClass, owner, lock }
  return { lock, journal: catalog.journal({ region, endpoint }, stream) }
}

/**
 * Owns a stream while it is examined, and beyond if it is selected.
 *
 * @param look - returns an object if the stream is selected; the caller then releases its lock
 * @throws as {@link ownStream}
 */
export async function owning<Found extends object | string>(
  home: StreamHome,
  identity: StreamIdentity,
  streamId: string,
  subject: string,
  look: (owned: OwnedStream) => Promise<Found>,
): Promise<Found> {
  const owned = await ownStream(home, identity, streamId, subject)
  let isSelected = false
  try {
    const found = await look(owned)
    isSelected = typeof found === 'object'
    return found
  } finally {
    if (!isSelected) await owned.lock.release()
  }
}
