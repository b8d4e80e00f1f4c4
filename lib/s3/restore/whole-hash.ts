/**
 * The hash of all bytes of an object, for one that has no SHA-256 of its parts because another program has stored it: the MD5
 * that its ETag is.
 *
 * The ETag is the MD5 of the bytes if one request has stored them, and they are encrypted by S3 itself or not at all
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html, ETag). Where it is not, as in a directory bucket, the bytes
 * do not give it, and they are refused: a wrong guess never lets wrong bytes pass. An MD5 reveals damage, and no intent: who can
 * write to the bucket can replace the object and its ETag.
 */
import { createHash } from 'node:crypto'
import type { ByteHasher } from '../../store/hash-scheme.js'
import type { ObjectFacts } from '../bucket-responses.js'

/** The hash that all bytes of an object must give. */
export interface WholeHash {
  /** Its form states the algorithm: `md5-` and 32 hex digits; others are those of partwise-hash.ts. */
  readonly hash: string
  /** Begins the hash; its digest has the same form. */
  readonly begin: () => ByteHasher
}

/** The encryptions of S3 with which the ETag is an MD5. */
const PLAIN: readonly (string | undefined)[] = [undefined, 'AES256']

/** Whether an object is encrypted so that its ETag is made of MD5 digests, or not at all. */
export function isPlain({ encryption }: Pick<ObjectFacts, 'encryption'>): boolean {
  return PLAIN.includes(encryption)
}

/** The hash of all bytes of an object; why it has none, as a clause, if the ETag is no MD5 of them. */
export function wholeHashOf({
  etag = '',
  encryption,
}: Pick<ObjectFacts, 'encryption' | 'etag'>): WholeHash | string {
  if (!PLAIN.includes(encryption)) return `it is encrypted with ${encryption}`
  const [, md5] = /^"?([0-9a-f]{32})"?$/.exec(etag) ?? []
  if (md5 === undefined) return 'it was stored in several parts, or by another rule'
  return { hash: textOf(md5), begin: md5Hasher }
}

function md5Hasher(): ByteHasher {
  const hash = createHash('md5')
  return { update: (bytes) => hash.update(bytes), digest: () => textOf(hash.digest('hex')) }
}

function textOf(md5: string): string {
  return `md5-${md5}`
}
