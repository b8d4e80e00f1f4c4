/**
 * The requests that carry an archive, each answer's tree hash compared with ours.
 */
import { TreeHashMismatchError } from '../errors.js'
import type { HashedPart } from '../tree-hash/hash-parts.js'
import { toInclusive } from '../vault/byte-range.js'
import type {
  CompleteRequest,
  StoredArchive,
  UploadRequest,
  VaultClient,
  VaultRequest,
} from '../vault/vault-client.js'

/**
 * Sends one part.
 *
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: the service took other bytes than were sent
 * @throws {ServiceError} the request failed
 */
export async function uploadPart(
  client: VaultClient,
  upload: UploadRequest,
  part: HashedPart,
): Promise<void> {
  const { bytes, linearHash, treeHash, start, end } = part
  const found = await client.uploadPart({ ...upload, range: { start, end }, bytes, linearHash, treeHash })
  if (found === treeHash) return
  const where = `part ${part.index} (bytes ${toInclusive(part)}) at the service`
  throw new TreeHashMismatchError('part', where, treeHash, found, { uploadId: upload.uploadId })
}

/**
 * Sends a whole archive that is one part.
 *
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: the service stored other bytes than were sent
 * @throws {ServiceError} the request failed
 */
export async function uploadWhole(
  client: VaultClient,
  vault: VaultRequest & { readonly description: string | undefined },
  { bytes, linearHash, treeHash }: HashedPart,
): Promise<StoredArchive> {
  const stored = await client.uploadArchive({ ...vault, bytes, linearHash, treeHash })
  if (stored.treeHash !== treeHash) throw mismatch(stored, treeHash)
  return stored
}

/**
 * Completes an upload. The service computes the tree hash from the parts it has and refuses another (protocol.md 1.3);
 * its answer need not repeat it, so only one that does and differs is an error.
 *
 * @throws {TreeHashMismatchError} `ERR_TREE_HASH_MISMATCH`: the service answered with another tree hash
 * @throws {ServiceError} the request failed, or the service refused the size or the tree hash; the upload stays open
 */
export async function completeUpload(client: VaultClient, request: CompleteRequest): Promise<StoredArchive> {
  const stored = await client.completeUpload(request)
  if ((stored.treeHash ?? request.treeHash) !== request.treeHash) throw mismatch(stored, request.treeHash)
  return stored
}

function mismatch(stored: StoredArchive, treeHash: string): TreeHashMismatchError {
  return new TreeHashMismatchError(
    'archive',
    `the archive ${stored.archiveId} at the service`,
    treeHash,
    stored.treeHash,
  )
}
