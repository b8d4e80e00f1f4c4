/**
 * A folder into a vault, with tar-stream: the program decides about each entry. compose.ts has entries that are no files.
 *
 * Run it: `node tar-stream.ts FOLDER VAULT`, with region and credentials in the environment.
 */
import { open, readdir } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { glacierClient, namedDescription, uploadArchive, type Archive, type VaultClient } from 'glacier-pipe'
import { pack, type Pack } from 'tar-stream'

/** Stores the files of a folder as a tar. If a file cannot be read, no archive is stored. */
export async function storeFiles(client: VaultClient, vaultName: string, folder: string): Promise<Archive> {
  const tar = pack()
  // The entries are written while the upload reads. A failure on either side ends the other.
  addFiles(tar, folder).catch((error: unknown) => {
    tar.destroy(error as Error)
  })
  const description = namedDescription(`${basename(resolve(folder))}.tar`)
  const [archive] = await uploadArchive(tar, { client, vaultName, description, onFailure: 'abort' })
  return archive
}

async function addFiles(tar: Pack, folder: string): Promise<void> {
  for (const item of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (item.isDirectory()) continue
    const path = join(item.parentPath, item.name)
    const file = await open(path)
    try {
      const { size, mtime, mode } = await file.stat()
      const entry = tar.entry({ name: relative(folder, path).replaceAll(sep, '/'), size, mtime, mode })
      // At most as many bytes as the header states, also if the file grows meanwhile; fewer are an error of tar-stream.
      await pipeline(size > 0 ? file.createReadStream({ end: size - 1, autoClose: false }) : [], entry)
    } finally {
      await file.close()
    }
  }
  tar.finalize()
}

const [, program, folder = 'photos', vaultName = 'backups'] = process.argv
if (program === import.meta.filename) {
  const client = glacierClient()
  try {
    const { archiveId } = await storeFiles(client, vaultName, folder)
    console.log(archiveId)
  } finally {
    client.destroy()
  }
}
