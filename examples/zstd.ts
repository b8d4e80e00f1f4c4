/**
 * A file compressed by Zstandard into a vault: by Node.js from 22.15 on, otherwise by the program `zstd`. To get it back:
 * `glacier-pipe get VAULT FILE.zst | zstd -d`
 *
 * Run it: `node zstd.ts FILE VAULT`, with region and credentials in the environment.
 */
import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { pipeline, type Readable, type Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import {
  fromCommand,
  glacierClient,
  namedDescription,
  uploadArchive,
  type Archive,
  type VaultClient,
} from 'glacier-pipe'

/** Stores a file, compressed. */
export async function storeCompressed(
  client: VaultClient,
  vaultName: string,
  path: string,
): Promise<Archive> {
  const description = namedDescription(`${basename(path)}.zst`)
  const source = compressed(path)
  const [archive] = await uploadArchive(source, { client, vaultName, description, onFailure: 'abort' })
  return archive
}

/** A file as a compressed stream, which fails if the file cannot be read. */
export function compressed(path: string): Readable {
  const { createZstdCompress } = zlib as { createZstdCompress?: () => Transform } // as the types of Node.js 22 have it
  // The source fails unless the program succeeds. The output of spawn() would end as if the file was complete.
  if (!createZstdCompress) return fromCommand('zstd', ['--quiet', '--stdout', '--', path])
  // pipeline() destroys the compressor with the error of the file. The callback has nothing to add to that.
  return pipeline(createReadStream(path), createZstdCompress(), () => undefined)
}

const [, program, path, vaultName] = process.argv
if (program === import.meta.filename) {
  if (path === undefined || vaultName === undefined) throw new Error('Usage: node zstd.ts FILE VAULT')
  const client = glacierClient()
  try {
    const { archiveId } = await storeCompressed(client, vaultName, path)
    console.log(archiveId)
  } finally {
    client.destroy()
  }
}
