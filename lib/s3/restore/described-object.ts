/**
 * An object as S3 describes it, also while it is archived: its size, its parts with their SHA-256, and the composite that
 * they must give; or the hash of all its bytes, if the parts have none. Nothing is restored for that.
 */
import { ServiceError, SizeMismatchError, UnverifiableError } from '../../errors.js'
import { invariant } from '../../invariant.js'
import type { ListedPart } from '../../store/archive-store.js'
import { pagesOf } from '../../store/paging.js'
import type { DescribedArchive } from '../../store/retrieval-store.js'
import type { BucketClient } from '../bucket-client.js'
import type { KeyRequest } from '../bucket-requests.js'
import type { AttributesPage, ObjectFacts, ObjectPart } from '../bucket-responses.js'
import { CompositeHash, toWireHash, type ObjectHash } from '../composite-hash.js'
import { printAddress } from '../s3-address.js'
import { S3_LIMITS } from '../s3-limits.js'
import { partwiseHashOf } from './partwise-hash.js'
import { wholeHashOf, type WholeHash } from './whole-hash.js'

/** An object whose bytes can be verified. */
export interface DescribedObject extends DescribedArchive {
  /** The ETag with its quotes, by which a request recognizes another object; `undefined` if the server states none. */
  readonly etag: string | undefined
}

/** The attributes of an object, with all pages of its parts. */
interface Attributes {
  readonly first: AttributesPage
  readonly parts: readonly ObjectPart[]
}

/**
 * Describes an object and its parts. A server that does not know GetObjectAttributes, as radosgw 16, has no hashes of parts: then
 * HeadObject alone describes the object, and all of its bytes can be verified by the hash that is known, or by the ETag.
 *
 * @param known - the composite that the caller knows; it is used with such a server alone, since S3 states the composite of what
 *   this package has stored: an object without one is another object
 * @throws {UnverifiableError} `ERR_UNVERIFIABLE`: the service has no SHA-256 of the parts, nor a hash of all bytes; or they do
 *   not give the composite, or are more than an object has
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the object is empty, or the sizes of the parts do not give its size
 * @throws {RepeatedMarkerError} `ERR_REPEATED_MARKER`: the list of the parts does not end
 * @throws {ServiceError} a request failed, or the list of the parts does not end
 */
export async function describeObject(
  client: BucketClient,
  object: KeyRequest,
  known?: string,
): Promise<DescribedObject> {
  const attributes = await attributesOf(client, object).catch((error: unknown) => ({ error }))
  if ('error' in attributes) return describedByHead(client, object, attributes.error, known)
  const { first, parts } = attributes
  const etag = quoted(first.etag)
  const { size, hash } = first
  if (size === 0) throw new SizeMismatchError(placeOf(object), 1, size)
  const found = hash ? described(object, first, hash, parts) : await describedAsWhole(client, object, first)
  return { ...found, etag }
}

async function attributesOf(client: BucketClient, object: KeyRequest): Promise<Attributes> {
  const listed: ObjectPart[] = []
  let first: AttributesPage | undefined
  const pages = pagesOf<ObjectPart, AttributesPage>((page) => client.getAttributes({ ...object, ...page }))
  for await (const page of pages) {
    first ??= page
    if (page.etag !== first.etag) throw unverifiable(object, 'was replaced while it was described')
    if (listed.length + page.items.length > S3_LIMITS.maxParts)
      throw unverifiable(object, `has more than ${S3_LIMITS.maxParts} parts, as the service states them`)
    listed.push(...page.items)
  }
  invariant(first !== undefined, 'a list has a page')
  return { first, parts: listed }
}

/**
 * The service codes of a server that does not know GetObjectAttributes. One that passes over `?attributes` responds with the object
 * itself: no document of XML, or another one.
 */
const UNKNOWN_OPERATION: ReadonlySet<string | undefined> = new Set([
  ...['IncompleteResponse', 'UnexpectedResponse'],
  ...['MethodNotAllowed', 'NotImplemented'],
])

/**
 * Describes an object after GetObjectAttributes has failed.
 *
 * @throws the error of GetObjectAttributes, unless the server does not know it
 * @throws {UnverifiableError} `ERR_UNVERIFIABLE`: no hash of all bytes is known, and the ETag is none
 */
async function describedByHead(
  client: BucketClient,
  object: KeyRequest,
  error: unknown,
  known: string | undefined,
): Promise<DescribedObject> {
  if (!(error instanceof ServiceError && UNKNOWN_OPERATION.has(error.serviceCode))) throw error
  const facts = await client.headObject(object)
  const { size, etag, hash } = facts
  // A server that states a SHA-256 knows those of the parts; a page of something in between has no ETag.
  if (hash || etag === undefined) throw error
  if (size === 0) throw new SizeMismatchError(placeOf(object), 1, size)
  const whole = partwiseHashOf(facts, known) ?? wholeOf(object, facts)
  return { size, hash: whole.hash, parts: [], beginHash: whole.begin, etag: quoted(etag) }
}

/**
 * An object without SHA-256. Its encryption, by which the ETag is an MD5 or is not, is stated by HeadObject alone.
 *
 * @throws {UnverifiableError} `ERR_UNVERIFIABLE`: the ETag is no MD5
 */
async function describedAsWhole(
  client: BucketClient,
  object: KeyRequest,
  { size, etag }: AttributesPage,
): Promise<DescribedArchive> {
  const facts = await client.headObject(object)
  if (facts.etag !== quoted(etag)) throw unverifiable(object, 'was replaced while it was described')
  const whole = wholeOf(object, facts)
  return { size, hash: whole.hash, parts: [], beginHash: whole.begin }
}

function wholeOf(object: KeyRequest, facts: ObjectFacts): WholeHash {
  const whole = wholeHashOf(facts)
  if (typeof whole !== 'string') return whole
  throw unverifiable(object, `has no SHA-256, and its ETag is no MD5 of its bytes (${whole})`)
}

/** The archive that the attributes of an object with a SHA-256 describe. */
function described(
  object: KeyRequest,
  { size, parts: count }: AttributesPage,
  hash: ObjectHash,
  listed: readonly ObjectPart[],
): DescribedArchive {
  const isSingle = count === undefined && listed.length === 0 && hash.parts === undefined
  const parts = isSingle ? [{ partNumber: 1, size, sha256: hash.sha256 }] : listed
  const ranges: ListedPart[] = []
  const composite = new CompositeHash()
  let position = 0
  for (const [i, { partNumber, size, sha256 }] of parts.entries()) {
    if (partNumber !== i + 1 || sha256 === undefined)
      throw unverifiable(object, 'has no SHA-256 of each part')
    composite.update(sha256)
    ranges.push({ start: position, end: position + size, hash: sha256 })
    position += size
  }
  if (position !== size) throw new SizeMismatchError(placeOf(object), size, position)
  const found = composite.digest()
  if (!isSingle && found.sha256 !== hash.sha256)
    throw unverifiable(object, 'has a SHA-256 that its parts do not give')
  return { size, hash: toWireHash(found), parts: ranges }
}

function placeOf(object: KeyRequest): string {
  return `The object ${printAddress(object)}, as the service describes it,`
}

function unverifiable(object: KeyRequest, what: string): UnverifiableError {
  return new UnverifiableError(printAddress(object), what)
}

/** An ETag as requests have it: GetObjectAttributes states it without its quotes. */
function quoted(etag: string | undefined): string | undefined {
  return etag === undefined || etag.startsWith('"') ? etag : `"${etag}"`
}
