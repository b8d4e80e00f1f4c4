/**
 * In an application: a tar made in memory, compressed, and piped into a vault.
 */
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { archiveWriter, hashParts, rechunk, type Archive, type VaultClient } from 'glacier-pipe'
import { pack } from 'tar-stream'

export async function backUpReports(
  client: VaultClient,
  reports: Map<string, string>,
): Promise<Archive | undefined> {
  const partSize = 4 * 2 ** 20
  const tar = pack()
  for (const [name, text] of reports) tar.entry({ name }, text)
  tar.finalize()

  const writer = archiveWriter({ client, vaultName: 'reports', partSize, description: 'reports.tar.gz' })
  await pipeline(tar, createGzip(), rechunk(partSize), hashParts(), writer)
  return writer.archives[0]
}
