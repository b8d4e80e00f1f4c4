/** Operations on archives (docs/glacier-protocol.md#archives). */

import type { ArchiveRecord } from '../records/archive-record.js'
import { checkedDescription, headerOf } from '../requests/request-values.js'
import {
  locationOf,
  nameOf,
  type OperationResponse,
  type RequestContext,
} from '../requests/request-context.js'
import { announcedHashes, announcedLength } from './upload-body.js'
/** UploadArchive: an archive in one request. */
export async function uploadArchive(context: RequestContext): Promise<OperationResponse> {
  const { stores, stream } = context
  const vaultName = nameOf(context, 'vaultName')
  announcedLength(context)
  const description = checkedDescription(headerOf(context, 'x-amz-archive-description'))
  const accept = announcedHashes(context)
  await stores.ensureVault(vaultName)
  return storedArchive(
    context,
    vaultName,
    await stores.archives.store(vaultName, description, stream, accept),
  )
}

/** The response to a request that stored an archive, in one request or in parts. */
export function storedArchive(
  context: RequestContext,
  vaultName: string,
  { archiveId, treeHash }: ArchiveRecord,
): OperationResponse {
  return {
    status: 201,
    headers: {
      location: locationOf(context, 'vaults', vaultName, 'archives', archiveId),
      'x-amz-archive-id': archiveId,
      'x-amz-sha256-tree-hash': treeHash,
    },
  }
}

/** DeleteArchive: 204 even if the archive is already deleted. */
export async function deleteArchive(context: RequestContext): Promise<OperationResponse> {
  await context.stores.retained.delete(nameOf(context, 'vaultName'), nameOf(context, 'archiveId'))
  return { status: 204 }
}
