/**
 * The objects that the address of a stream stands for: the object, and the later volumes of its set.
 *
 * The catalog may know the set. Otherwise each next key is looked at: an object belongs to the set only if its metadata
 * says which volume it is, because anyone may store an object of that key. A fragment of a stream is never taken for the
 * whole stream without a warning.
 */
import type { ArchiveSet } from '../../../catalog/queries/sets.js'
import { hashIn } from '../../../catalog/recorded-hash.js'
import { AccessDeniedError, IncompleteSetError, NotFoundError } from '../../../errors.js'
import type { ObjectFacts } from '../../../s3/bucket-responses.js'
import { MAX_KEY_BYTES, printAddress, volumeKey, type ObjectAddress } from '../../../s3/s3-address.js'
import { S3_LIMITS } from '../../../s3/s3-limits.js'
import { UsageError } from '../../command-errors.js'
import { formatCount } from '../../output/format.js'
import type { ObjectRequests } from './object-requests.js'
import { recordedSet } from './recorded-volumes.js'

/** An object that is a volume of a stream, or all of it. */
export interface FoundObject {
  readonly address: ObjectAddress
  /** `s3://BUCKET/KEY`. */
  readonly archiveId: string
  readonly facts: ObjectFacts
  /** The hash that the catalog has of it; `undefined` if it has none. */
  readonly hash: string | undefined
}

/** How the objects are looked for. */
export interface ObjectSearch {
  /** The catalog. */
  readonly file: string
  /** Whether the address of a first volume stands for the whole set. */
  readonly volumes: boolean
  /** Whether a set without its end is accepted; default false. */
  readonly incomplete?: boolean | undefined
  /** Whether only bytes of known volumes are needed, so that the end of the set does not matter. */
  readonly isEndKnown: boolean
  /** The use of the objects, in the past tense, as `retrieved`. */
  readonly verb: string
  readonly note: (line: string) => void
  /** Takes warnings, which are printed also by a quiet command. */
  readonly warn: (line: string) => void
}

/**
 * Finds the objects.
 *
 * @throws {NotFoundError} `ERR_NOT_FOUND`: there is no such object
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: a volume of the set is missing; its end only without `incomplete`
 * @throws {UsageError} a later volume is older than the one before it, and the catalog does not say that they are one set
 * @throws as {@link recordedSet}
 */
export async function findObjects(requests: ObjectRequests, search: ObjectSearch): Promise<FoundObject[]> {
  const { address, store, place, accountId } = requests
  const archiveId = printAddress(address)
  const facts = await requests.head(address).catch(async (error: unknown) => {
    throw error instanceof NotFoundError ? await requests.missing(address, error) : error
  })
  const recorded = await recordedSet(search.file, archiveId, {
    ...place,
    vaultName: store.vaultName,
    accountId,
  })
  const first = { address, archiveId, facts, hash: hashOf(recorded, archiveId) }
  if (!search.volumes) return [first]
  const volume = volumeOf(facts)
  if (volume !== undefined) {
    search.warn(
      `Warning: the object is volume ${volume} of a set. Only this volume is ${search.verb}. The address of the first volume stands for all of them.`,
    )
    return [first]
  }
  const found = await withLaterVolumes(first, recorded, requests)
  const { objects } = found
  const what = `the first of ${formatCount(objects.length, 'volume')}, which are all ${search.verb}`
  const why = doubtAbout(found, address, recorded, search)
  if (why !== undefined) {
    const finding = objects.length > 1 ? what : 'perhaps the first of several volumes'
    if (!search.isEndKnown) search.warn(`Warning: the object is ${finding}, but ${why}.`)
  } else if (objects.length > 1) {
    search.note(`The object is ${what}.`)
  }
  return objects
}

/** The volumes that were found. */
interface FoundVolumes {
  readonly objects: FoundObject[]
  /** Whether the policies do not permit to look for the next one. */
  readonly isEndDenied: boolean
}

/**
 * The object and the volumes after it, up to the first that is not there.
 *
 * @throws {UsageError} a volume is older than the one before it
 */
async function withLaterVolumes(
  first: FoundObject,
  recorded: ArchiveSet | undefined,
  requests: ObjectRequests,
): Promise<FoundVolumes> {
  const { bucket, key } = first.address
  const objects = [first]
  const count = recorded?.state === 'complete' ? recorded.volumes.length : undefined
  for (let last = first; count === undefined ? mayContinue(last.facts) : objects.length < count;) {
    const volume = objects.length + 1
    if (Buffer.byteLength(`${key}.volume${volume}`) > MAX_KEY_BYTES) break
    const address = { bucket, key: volumeKey(key, volume) }
    const facts = await requests.head(address).catch((error: unknown) => {
      if (error instanceof NotFoundError) return undefined
      if (error instanceof AccessDeniedError) return 'denied'
      throw error
    })
    if (facts === 'denied') return { objects, isEndDenied: true }
    if (!facts || volumeOf(facts) !== volume) break
    const archiveId = printAddress(address)
    const before = recorded?.volumes.find((record) => record.volume === volume - 1)
    if (!before?.more && isOlder(facts, last.facts))
      throw new UsageError(
        `The object ${archiveId} is older than ${last.archiveId}: it is a volume of an earlier stream of this key, or the other ` +
          'object was copied since. Give --no-volumes for one object without later volumes, and the address of a volume for that volume.',
      )
    last = { address, archiveId, facts, hash: hashOf(recorded, archiveId) }
    objects.push(last)
  }
  return { objects, isEndDenied: false }
}

/**
 * Whether an object was stored before another one. The volumes of a stream are stored one after the other, so that a volume
 * that is older than the one before it was left by a stream that has been replaced.
 */
function isOlder({ lastModified = '' }: ObjectFacts, { lastModified: than = '' }: ObjectFacts): boolean {
  return Date.parse(lastModified) < Date.parse(than) // false if a time is not known
}

/**
 * Why the set may have more volumes than were found; `undefined` if it has not.
 *
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: it certainly has, and the rest is needed
 */
function doubtAbout(
  { objects, isEndDenied }: FoundVolumes,
  address: ObjectAddress,
  recorded: ArchiveSet | undefined,
  { incomplete = false, isEndKnown }: ObjectSearch,
): string | undefined {
  const isCut = recorded !== undefined && isCutOff(objects.length, recorded)
  if (isCut && !incomplete && !isEndKnown) throw new IncompleteSetError(printAddress(address), [])
  const next = `volume ${objects.length + 1}`
  if (isCut) return `${next} is missing: the stream was not stored to its end, or an object was deleted`
  if (isEndDenied) return `the policies do not permit to look for ${next}`
  const last = objects.at(-1)
  if (recorded?.state === 'complete' || !last || !mayContinue(last.facts)) return undefined
  return `there is no ${next}: all its parts have the full size, as in a stream that was not stored to its end`
}

/** Whether a volume that the catalog has is missing, or one that must follow its last volume. */
function isCutOff(count: number, { volumes, state }: ArchiveSet): boolean {
  const last = Math.max(...volumes.map(({ volume }) => volume))
  return last > count || (last === count && state === 'incomplete')
}

/** Whether another volume may follow an object: its last part has the full size, too. */
function mayContinue({ size, metadata: { 'part-size': partSize } }: ObjectFacts): boolean {
  if (partSize !== undefined) return /^[1-9]\d{0,15}$/.test(partSize) && size % Number(partSize) === 0
  // An object that was stored in one request is one part of a size that is not stated: 2ⁿ MiB.
  return size >= S3_LIMITS.minPartSize && Number.isInteger(Math.log2(size))
}

/** The number of a later volume; `undefined` for any other object. */
function volumeOf({ metadata: { volume = '' } }: ObjectFacts): number | undefined {
  return /^[1-9]\d{0,5}$/.test(volume) && volume !== '1' ? Number(volume) : undefined
}

function hashOf(recorded: ArchiveSet | undefined, archiveId: string): string | undefined {
  const record = recorded?.volumes.find((volume) => volume.archiveId === archiveId)
  return record && hashIn(record)
}
