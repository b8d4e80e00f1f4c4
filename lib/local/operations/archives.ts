/** Operations on archives (docs/glacier-protocol.md#archives). */
import type { ArchiveRecord } from '../records/archive-record.js'
import {
  checkedDescription,
  headerOf,
  locationOf,
  nameOf,
  type Answer,
  type Exchange,
} from '../requests/request-context.js'
import { announcedHashes, announcedLength } from './upload-body.js'

/** UploadArchive: an archive in one request. */
export async function uploadArchive(exchange: Exchange): Promise<Answer> {
  const { stores, stream } = exchange
  const vaultName = nameOf(exchange, 'vaultName')
  announcedLength(exchange)
  const description = checkedDescription(headerOf(exchange, 'x-amz-archive-description'))
  const accept = announcedHashes(exchange)
  await stores.ensureVault(vaultName)
  return stored(exchange, vaultName, await stores.archives.store(vaultName, description, stream, accept))
}

/** What is answered once an archive is stored, in one request or in parts. */
export function stored(
  exchange: Exchange,
  vaultName: string,
  { archiveId, treeHash }: ArchiveRecord,
): Answer {
  return {
    status: 201,
    headers: {
      location: locationOf(exchange, 'vaults', vaultName, 'archives', archiveId),
      'x-amz-archive-id': archiveId,
      'x-amz-sha256-tree-hash': treeHash,
    },
  }
}

/** DeleteArchive: 204 also where it is deleted already. */
export async function deleteArchive(exchange: Exchange): Promise<Answer> {
  await exchange.stores.retained.delete(nameOf(exchange, 'vaultName'), nameOf(exchange, 'archiveId'))
  return { status: 204 }
}
