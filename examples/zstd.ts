/**
 * A file compressed by Zstandard into a vault, by the program `zstd`. To get it back: `glacier-pipe get VAULT FILE.zst | zstd -d`
 *
 * From Node.js 22.15 on, `zlib.createZstdCompress()` is a stream that does the same, as createGzip() in compose.ts.
 *
 * Run it: `node zstd.ts FILE VAULT`, with region and credentials in the environment.
 */
import { basename } from 'node:path'
import {
  fromCommand,
  glacierClient,
  namedDescription,
  uploadArchive,
  type Archive,
  type CommandSource,
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

/** A file as a compressed stream. It fails unless zstd succeeds; the output of spawn() would end as if it was complete. */
export function compressed(path: string): CommandSource {
  return fromCommand('zstd', ['--quiet', '--stdout', '--', path])
}

const [, program, path = 'srv.tar', vaultName = 'backups'] = process.argv
if (program === import.meta.filename) {
  const client = glacierClient()
  try {
    const { archiveId } = await storeCompressed(client, vaultName, path)
    console.log(archiveId)
  } finally {
    client.destroy()
  }
}
