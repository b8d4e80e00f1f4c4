/**
 * The request that stores a whole archive of one part.
 *
 * - Each request that may be carried out has an intent in the journal, recorded before it is sent. An intent that is
 *   neither stored, mismatched nor rejected stands for an archive that may exist.
 * - Where each request stores another archive, each of them has an intent of its own. An attempt that certainly was not
 *   carried out leaves its intent to the next attempt; so does every attempt where an archive takes the place of the first.
 */
import { HashMismatchError } from '../errors.js'
import type { StorePart } from '../store/store-part.js'
import { mayHaveActed } from '../store/failure.js'
import { combined } from '../store/hash-scheme.js'
import type { StoredArchive } from '../store/archive-store.js'
import { recorded, type Content, type SendingIntent } from '../store/upload-journal.js'
import type { UploadContext } from './upload-context.js'

/** The description of an archive, and its position in its stream. */
export type ArchiveFacts = Pick<SendingIntent, 'description' | 'volume' | 'firstVolume'>

/** An archive stored in one request. */
export interface StoredWhole {
  readonly stored: StoredArchive
  /** The intent of the request that stored it. */
  readonly intentId: string
  /** Warns of the requests that had no response; to be called when the archive is recorded. */
  readonly warn: () => void
}

/**
 * Sends a whole archive that is one part. After a request that had no response and may have been carried out, another
 * is sent, and the intent of the first stays in the journal.
 *
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: in each attempt, the service stored other bytes than were sent
 * @throws {LockLostError} `ERR_LOCK_LOST`: another process owns the stream
 * @throws as {@link Retry.run}
 */
export async function sendWhole(
  context: UploadContext,
  facts: ArchiveFacts,
  part: StorePart,
): Promise<StoredWhole> {
  const { store, retry, random, progress, journal, signal, lastSignal, sendLimit } = context
  const { vaultName } = store
  const { bytes, linearHash } = part
  const size = bytes.length
  const hash = combined(store.hashes, [part.hash])
  const request = {
    description: facts.description,
    volume: facts.volume,
    bytes,
    linearHash,
    hash: part.hash,
    sendLimit,
    signal: lastSignal,
  }
  let intentId: string | undefined
  let lost = 0
  const attempt = async (): Promise<Omit<StoredWhole, 'warn'>> => {
    if (intentId === undefined) {
      intentId = random.uuid()
      await journal.sending({ intentId, vaultName, size, hash, ...facts })
    }
    await journal.assertOwner()
    const sent = intentId
    let stored: StoredArchive
    try {
      stored = await progress.inFlight((onSent) => store.uploadArchive({ ...request, onSent }))
    } catch (error) {
      if (mayHaveActed(error)) {
        lost++
        if (!store.replacesArchives) intentId = undefined
      }
      throw error
    }
    intentId = undefined
    if (stored.hash === hash) return { stored, intentId: sent }
    const { archiveId } = stored
    const content = { size, hash: stored.hash, sentHash: hash }
    await recorded(archiveId, journal.mismatched({ archiveId, vaultName, ...content, intentId: sent }))
    throw new HashMismatchError('archive', `the archive ${archiveId}`, hash, stored.hash)
  }
  const warn = (): void => {
    if (lost > 0 && !store.replacesArchives) warnOfOrphans(context, lost, { size, hash })
  }
  try {
    return { ...(await retry.run(attempt, signal)), warn }
  } catch (error) {
    // If this cannot be recorded, the intent stands for an archive that may exist: the error at hand matters more.
    const mayExist = lost > 0 && store.replacesArchives
    if (intentId !== undefined && !mayExist) await journal.rejected({ intentId }).catch(() => undefined)
    warn()
    throw error
  }
}

function warnOfOrphans({ emit }: UploadContext, count: number, { size, hash }: Content): void {
  const requests =
    count === 1
      ? 'A request to store the archive had no response and may have been carried out'
      : `${count} requests to store the archive had no response and may have been carried out`
  emit('warning', {
    code: 'POSSIBLE_ORPHAN',
    message: `${requests}: an inventory may show as many more archives of ${size} bytes and hash ${hash}.`,
  })
}
