/**
 * The fields of responses in the names of this package. A response that lacks a required field is a `ServiceError`, not a
 * crash later.
 */
import {
  optionalText,
  requiredField,
  requiredText,
  rowsOf as rowsOfField,
} from '../../../client/sdk/operations/response-values.js'
import { ServiceError } from '../../../errors.js'
import type { RestoreState, StoredObject } from '../../bucket-responses.js'
import { parseWireHash, type ObjectHash } from '../../composite-hash.js'

/** Returns the hash of an object; `undefined` if the response has no SHA-256. */
export function hashOf(text: unknown): ObjectHash | undefined {
  return typeof text === 'string' ? parseWireHash(text) : undefined
}

/** Returns the hash of a part, in hex; `undefined` if the response has no SHA-256 of its bytes. */
export function partHashOf(text: unknown): string | undefined {
  const { sha256, parts }: Partial<ObjectHash> = hashOf(text) ?? {}
  return parts === undefined ? sha256 : undefined
}

/** Returns a text of a response that is used in requests; `undefined` for any other text. */
export function tokenOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\x21-\x7e]{1,4096}$/.test(value) ? value : undefined
}

/**
 * Returns the ETag that a response must have, in the form of {@link etagOf}.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `IncompleteResponse`: it has none
 */
export function requiredEtag(operation: string, value: unknown): string {
  return requiredField(operation, 'valid ETag', etagOf(value))
}

/**
 * Returns an ETag with its quotes; `undefined` if the response has none. GetObjectAttributes states it without quotes, as radosgw
 * states that of a completion: it must equal the one that HeadObject states.
 */
export function etagOf(value: unknown): string | undefined {
  const etag = tokenOf(value)
  return etag === undefined || etag.startsWith('"') || etag.startsWith('W/') ? etag : `"${etag}"`
}

/**
 * Returns a number from 0 up that a response must have.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `IncompleteResponse`: it has none
 */
export function requiredSize(operation: string, field: string, value: unknown): number {
  const isSize = Number.isSafeInteger(value) && (value as number) >= 0
  return requiredField(operation, `valid ${field}`, isSize ? (value as number) : undefined)
}

/** Returns the storage class; the service leaves out STANDARD. */
export function storageClassOf(operation: string, value: unknown): string {
  return optionalText(operation, 'StorageClass', value) ?? 'STANDARD'
}

/** Returns a time as a text, ISO 8601; `undefined` if the response has none. */
export function timeOf(value: Date | undefined): string | undefined {
  return value === undefined || Number.isNaN(value.getTime()) ? undefined : value.toISOString()
}

/** Returns the rows of a list; the SDK leaves out a list without rows. */
export function rowsOf<Row extends object>(
  operation: string,
  field: string,
  value: readonly Row[] | undefined,
): readonly Row[] {
  return rowsOfField(operation, field, value ?? null)
}

/**
 * Returns the marker of the next page; `undefined` at the end. A response may have a marker although it is the last one.
 *
 * @throws {ServiceError} `ERR_SERVICE`, service code `IncompleteResponse`: there is a next page, and no marker
 */
export function nextMarkerOf(
  operation: string,
  { IsTruncated }: { readonly IsTruncated?: boolean | undefined },
  field: string,
  marker: unknown,
): string | undefined {
  return IsTruncated === true ? requiredText(operation, field, marker) : undefined
}

/** Maps an object that is stored. */
export function toStoredObject(output: {
  readonly ETag?: string | undefined
  readonly VersionId?: string | undefined
  readonly ChecksumSHA256?: string | undefined
}): StoredObject {
  return {
    etag: etagOf(output.ETag),
    versionId: versionOf(output.VersionId),
    hash: hashOf(output.ChecksumSHA256),
  }
}

/** Returns a version; `undefined` in a bucket without versions. The objects of the time before have the version `null`. */
export function versionOf(value: unknown): string | undefined {
  return tokenOf(value)
}

/** Reads the header `x-amz-restore`: `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`. */
export function restoreOf(header = ''): RestoreState | undefined {
  const ongoing = /ongoing-request="(true|false)"/.exec(header)?.[1]
  if (ongoing === undefined) return undefined
  const expiry = /expiry-date="([^"]*)"/.exec(header)?.[1] ?? ''
  return { isInProgress: ongoing === 'true', expiryDate: timeOf(new Date(expiry)) }
}

/**
 * Decodes a key of a list that was requested with the encoding `url`: XML cannot carry all characters of keys.
 *
 * @param encoding - of the response; a server that does not know the encoding states none
 * @throws {ServiceError} `ERR_SERVICE`, service code `IncompleteResponse`: the key is encoded wrongly
 */
export function decodedKey(operation: string, key: unknown, encoding: string | undefined): string {
  const text = requiredText(operation, 'Key', key)
  if (encoding !== 'url') return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw new ServiceError('The response has a key that is encoded wrongly.', {
      operation,
      serviceCode: 'IncompleteResponse',
      cause,
    })
  }
}
