/**
 * Code that talks to a vault, tested with no AWS account: the local vault, in the test's own process.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { glacierClient, retrieveArchive, uploadArchive } from 'glacier-pipe'
import { startLocalVault } from 'glacier-pipe/local'

export async function roundTrip(message: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'vaults-'))
  const vault = await startLocalVault({ dir, createVaults: true })
  const { endpoint, region, credentials } = vault
  const client = glacierClient({ endpoint, region, credentials })
  try {
    const [archive] = await uploadArchive([Buffer.from(message)], { client, vaultName: 'test' })
    return await text(retrieveArchive({ client, vaultName: 'test', archiveId: archive.archiveId }))
  } finally {
    client.destroy()
    await vault.close()
    await rm(dir, { recursive: true })
  }
}
