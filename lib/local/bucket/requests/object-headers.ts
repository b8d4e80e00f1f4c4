/** The settings of an object in the headers of a request that stores it. */
import type { ObjectSettings } from '../records/object-settings.js'
import { BucketError, invalidArgument, invalidRequest } from '../service/bucket-error.js'
import { MAX_METADATA_BYTES } from '../service/bucket-limits.js'
import { isStorageClass } from '../service/storage-classes.js'
import { headerIn, type ObjectRequest } from './bucket-request.js'
import { taggingIn } from './tagging.js'

/** Headers that are returned as they are. */
const KEPT = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
]
const LOCK = 'x-amz-object-lock-'
const METADATA = 'x-amz-meta-'

/**
 * The settings of an object.
 *
 * @throws {BucketError} 400: a value is not valid
 */
export function objectSettings(request: ObjectRequest): ObjectSettings {
  const { headers } = request
  const storageClass = headerIn(request, 'x-amz-storage-class') ?? 'STANDARD'
  if (!isStorageClass(storageClass)) {
    throw new BucketError(400, 'InvalidStorageClass', 'The storage class you specified is not valid', {
      fields: { StorageClassRequested: storageClass },
    })
  }
  assertLock(request)
  assertEncryption(request)
  const kept: Record<string, string> = { 'content-type': headers['content-type'] ?? 'binary/octet-stream' }
  const encoding = contentEncoding(headers['content-encoding'] ?? '')
  if (encoding !== '') kept['content-encoding'] = encoding
  for (const name of Object.keys(headers)) {
    const value = headerIn(request, name)
    const isKept = KEPT.includes(name) || name.startsWith(LOCK) || name.startsWith(METADATA)
    if (isKept && value !== undefined) kept[name] = value
  }
  assertMetadata(kept)
  return { storageClass, headers: kept, tags: taggingIn(headerIn(request, 'x-amz-tagging')) }
}

/** The encodings that remain when the body is decoded. */
function contentEncoding(text: string): string {
  const encodings = text.split(',').map((encoding) => encoding.trim())
  return encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',')
}

/** Asserts that user metadata has at most 2 KB, counted in UTF-8 without `x-amz-meta-`. */
function assertMetadata(headers: Readonly<Record<string, string>>): void {
  let size = 0
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(METADATA)) continue
    size += name.length - METADATA.length + Buffer.byteLength(value, 'latin1') // headers arrive as bytes
  }
  if (size <= MAX_METADATA_BYTES) return
  throw new BucketError(
    400,
    'MetadataTooLarge',
    'Your metadata headers exceed the maximum allowed metadata size',
    { fields: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA_BYTES) } },
  )
}

function assertLock(request: ObjectRequest): void {
  const names = Object.keys(request.headers).filter((name) => name.startsWith(LOCK))
  if (names.length === 0) return
  if (!request.record.hasObjectLock) throw invalidRequest('Bucket is missing Object Lock Configuration')
  const mode = headerIn(request, `${LOCK}mode`)
  const until = headerIn(request, `${LOCK}retain-until-date`)
  const hold = headerIn(request, `${LOCK}legal-hold`)
  if ((mode === undefined) !== (until === undefined)) {
    throw invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
      `${LOCK}mode`,
      mode ?? '',
    )
  }
  if (mode !== undefined && mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw invalidArgument('Unknown wormMode directive.', `${LOCK}mode`, mode)
  if (until !== undefined && !(Date.parse(until) > request.stores.context.now()))
    throw invalidArgument('The retain until date must be in the future!', `${LOCK}retain-until-date`, until)
  if (hold !== undefined && hold !== 'ON' && hold !== 'OFF')
    throw invalidArgument('Legal Hold must be either of ON or OFF', `${LOCK}legal-hold`, hold)
}

function assertEncryption(request: ObjectRequest): void {
  const name = 'x-amz-server-side-encryption'
  const encryption = headerIn(request, name)
  if (encryption !== undefined && !/^(?:AES256|aws:kms(?::dsse)?)$/.test(encryption))
    throw invalidArgument('The encryption method specified is not supported', name, encryption)
  const key = headerIn(request, `${name}-aws-kms-key-id`)
  if (key !== undefined && !encryption?.startsWith('aws:kms')) {
    throw invalidArgument(
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
      `${name}-aws-kms-key-id`,
      key,
    )
  }
}
