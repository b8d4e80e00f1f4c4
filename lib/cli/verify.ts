/**
 * `verify FILE VAULT ARCHIVE_ID`: whether a file is what is in a vault, by its tree hash; nothing is retrieved but, where
 * it is asked for, the inventory.
 */
import { archiveOf } from '../catalog/archives.js'
import { NotFoundError, SizeMismatchError, TreeHashMismatchError } from '../errors.js'
import { FileHasher } from '../tree-hash/file-hasher.js'
import { catalogFileOf, withConnection } from './connection.js'
import { UsageError } from './exit-code.js'
import { hashOf } from './hash.js'
import { openInventory, type InventoryReadOptions } from './inventory.js'
import { printData, printJson, type Io } from './io.js'

/** Options of `verify`. */
export interface VerifyOptions extends InventoryReadOptions {
  readonly inventory?: true
}

/** Runs `verify`. */
export async function verify(
  file: string,
  vaultName: string,
  archiveId: string,
  options: VerifyOptions,
  io: Io,
): Promise<void> {
  const wanted = options.inventory
    ? await inInventory(vaultName, archiveId, options, io)
    : await inCatalog(vaultName, archiveId, options, io)
  const hasher = new FileHasher()
  const found = await hashOf(file, hasher, io).finally(() => {
    hasher.close()
  })
  if (found.size !== wanted.size) throw new SizeMismatchError(file, wanted.size, found.size)
  if (found.treeHash !== wanted.treeHash)
    throw new TreeHashMismatchError('archive', file, wanted.treeHash, found.treeHash)
  const { size, treeHash } = found
  await (options.json ? printJson(io, { file, archiveId, size, treeHash }) : printData(io, `${file}: OK`))
}

interface Known {
  readonly size: number
  readonly treeHash: string
}

async function inCatalog(
  vaultName: string,
  archiveId: string,
  options: VerifyOptions,
  io: Io,
): Promise<Known> {
  const archive = await archiveOf(catalogFileOf(options, io.env), archiveId)
  if (archive?.vaultName === vaultName) return archive
  throw new UsageError(
    `The catalog knows no archive ${archiveId} in ${vaultName}. With --inventory the service is asked, which takes hours.`,
  )
}

async function inInventory(
  vaultName: string,
  archiveId: string,
  options: VerifyOptions,
  io: Io,
): Promise<Known> {
  return withConnection(options, io, async ({ client }) => {
    for await (const row of openInventory(client, vaultName, options, io))
      if (row.archiveId === archiveId) return row
    throw new NotFoundError(`the inventory of ${vaultName} has no archive ${archiveId}`, {
      operation: 'GetJobOutput',
      serviceCode: 'ResourceNotFoundException',
    })
  })
}
