/**
 * The stream that a `put` owns: nobody else uploads it while this process runs, whatever host the other one is on.
 */
import { realpath } from 'node:fs/promises'
import type { Catalog } from '../../../catalog/catalog.js'
import { journalIn } from '../../../catalog/journal.js'
import type { VaultPlace } from '../../../catalog/record.js'
import { LockFolder, type Lock } from '../../../fs/lock.js'
import { currentProcess } from '../../../fs/process-identity.js'
import type { UploadJournal } from '../../../store/upload-journal.js'

/** Which stream is meant: an upload is resumed only by a stream of the same identity. */
export interface StreamIdentity extends VaultPlace {
  /** 12 digits, as the service states it; `undefined` where it is not known. */
  readonly accountId: string | undefined
  /** `undefined` where the stream has no name, which is an identity of its own. */
  readonly name: string | undefined
}

/** A stream that this process owns. */
export interface OwnedStream {
  readonly lock: Lock
  readonly journal: UploadJournal
}

/** The locks on the streams of a catalog, beside the file itself: a symbolic link to it does not lead to other locks. */
export async function streamLocks(catalogFile: string): Promise<LockFolder> {
  const file = await realpath(catalogFile).catch(() => catalogFile) // a catalog that does not exist yet
  return new LockFolder(`${file}.locks`)
}

/**
 * Takes a stream.
 *
 * @param streamId - the same for all volumes and runs of the stream
 * @param what - what it is, for messages, as `The upload X`
 * @throws {LockHeldError} `ERR_LOCK_HELD`: a living process owns it
 */
export async function ownStream(
  catalog: Catalog,
  { accountId, name, vaultName, region, endpoint }: StreamIdentity,
  streamId: string,
  what: string,
): Promise<OwnedStream> {
  const lock = await (await streamLocks(catalog.path)).tryTake(streamId, what)
  const owner = await currentProcess()
  const stream = { vaultName, accountId, name, streamId, owner, lock }
  return { lock, journal: journalIn(catalog, { region, endpoint }, stream) }
}

/**
 * Owns a stream while it is looked at, and beyond where it is selected.
 *
 * @param look - returns an object where the stream is selected: its lock is then the caller's to release
 * @throws as {@link ownStream}
 */
export async function owning<Found extends object | string>(
  catalog: Catalog,
  identity: StreamIdentity,
  streamId: string,
  what: string,
  look: (owned: OwnedStream) => Promise<Found>,
): Promise<Found> {
  const owned = await ownStream(catalog, identity, streamId, what)
  let isSelected = false
  try {
    const found = await look(owned)
    isSelected = typeof found === 'object'
    return found
  } finally {
    if (!isSelected) await owned.lock.release()
  }
}
