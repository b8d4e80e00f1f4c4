/** The headers that the responses to GetObject, HeadObject and the storing operations have in common. */
import { checksumHeader } from '../checksums/checksum-algorithms.js'
import type { ObjectChecksum, ObjectSettings } from '../records/object-settings.js'
import { isArchiveClass } from '../service/storage-classes.js'
import type { RestoreState } from '../storage/restores.js'
import type { StoredObject } from '../storage/stored-object.js'

/** Headers of a response. One that is `undefined` is not sent. */
export type ResponseHeaders = Readonly<Record<string, string | undefined>>

/** The headers of encryption, which the response to a store has, too. */
export function encryptionHeaders({ headers }: ObjectSettings): ResponseHeaders {
  const names = Object.keys(headers).filter((name) => name.startsWith('x-amz-server-side-encryption'))
  return Object.fromEntries(names.map((name) => [name, headers[name]]))
}

/** The checksum of an object. */
export function checksumHeaders(checksum: ObjectChecksum | null): ResponseHeaders {
  if (checksum === null) return {}
  return { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type }
}

/** The headers that describe an object. */
export function objectHeaders({ record }: StoredObject, restore: RestoreState): ResponseHeaders {
  const { settings, etag, lastModified } = record
  const tagCount = Object.keys(settings.tags).length
  return {
    ...settings.headers,
    'accept-ranges': 'bytes',
    etag: `"${etag}"`,
    'last-modified': new Date(lastModified).toUTCString(),
    'x-amz-storage-class': settings.storageClass === 'STANDARD' ? undefined : settings.storageClass,
    'x-amz-tagging-count': tagCount === 0 ? undefined : String(tagCount),
    'x-amz-restore': isArchiveClass(settings.storageClass) ? restoreHeader(restore) : undefined,
  }
}

function restoreHeader(restore: RestoreState): string | undefined {
  switch (restore.state) {
    case 'none':
      return undefined
    case 'ongoing':
      return 'ongoing-request="true"'
    case 'restored':
      return `ongoing-request="false", expiry-date="${new Date(restore.expiresMs).toUTCString()}"`
  }
}
