/** An archive as an upload knows it, from its record. */
import type { Archive } from '../store/archive.js'
import type { ArchiveRecord } from './record.js'
import { hashIn } from './recorded-hash.js'

/** A volume that an earlier run has stored. */
export interface EarlierVolume extends Archive {
  /** The upload that became the archive; `undefined` if it was sent in one request. */
  readonly uploadId: string | undefined
}

/** The archive of a record. One from an inventory has no part size: it counts as one part. */
export function archiveOf(record: ArchiveRecord): EarlierVolume {
  const { archiveId, vaultName, versionId, size, description, volume, firstVolume, uploadId } = record
  const { partSize = size, parts = Math.ceil(size / partSize) } = record
  const hash = hashIn(record) ?? ''
  const content = { size, hash, partSize, parts }
  const place = { archiveId, vaultName, location: undefined, ...(versionId !== undefined && { versionId }) }
  return { ...place, ...content, description, volume, firstVolume, uploadId }
}
