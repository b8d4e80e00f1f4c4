/**
 * A folder into a vault and back, with node-tar (the package `tar`).
 *
 * Run it: `node node-tar.ts FOLDER VAULT`, with region and credentials in the environment.
 */
import { basename, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  glacierClient,
  namedDescription,
  retrieveArchive,
  uploadArchive,
  type Archive,
  type VaultClient,
} from 'glacier-pipe'
import { create, extract } from 'tar'

/** Stores some files of a folder, by default all, as a gzipped tar. */
export async function storeFolder(
  client: VaultClient,
  vaultName: string,
  folder: string,
  names: readonly string[] = ['.'],
): Promise<Archive> {
  // Without `strict`, a file that cannot be read is left out with a warning, and the archive would count as a success.
  const tar = create({ cwd: folder, gzip: true, strict: true }, [...names])
  const description = namedDescription(`${basename(resolve(folder))}.tgz`)
  const [archive] = await uploadArchive(tar, { client, vaultName, description, onFailure: 'abort' })
  return archive
}

/** Retrieves a gzipped tar, and extracts it into a folder, which must exist. Each byte is verified before it is extracted. */
export async function restoreFolder(
  client: VaultClient,
  vaultName: string,
  archiveId: string,
  folder: string,
): Promise<void> {
  await pipeline(
    retrieveArchive({ client, vaultName, archiveId }),
    extract({ cwd: folder, strict: true, preserveOwner: false }),
  )
}

const [, program, folder = 'photos', vaultName = 'backups'] = process.argv
if (program === import.meta.filename) {
  const client = glacierClient()
  try {
    const { archiveId } = await storeFolder(client, vaultName, folder)
    console.log(archiveId)
  } finally {
    client.destroy()
  }
}
