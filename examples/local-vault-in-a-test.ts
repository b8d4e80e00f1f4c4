/**
 * Code that uses a vault, tested by node:test without an AWS account: the local vault, in the process of the test.
 *
 * Run it: `node --test local-vault-in-a-test.ts`
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import {
  glacierClient,
  NotFoundError,
  retrieveArchive,
  uploadArchive,
  UploadFailedError,
  type SdkVaultClient,
} from 'glacier-pipe'
import { startLocalVault, type LocalVault } from 'glacier-pipe/local'

let dir: string
let vault: LocalVault
let client: SdkVaultClient

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vaults-'))
  vault = await startLocalVault({ dir })
  const { endpoint, region, credentials } = vault
  client = glacierClient({ endpoint, region, credentials })
  await client.createVault({ vaultName: 'backups' })
})

after(async () => {
  client.destroy()
  await vault.close()
  await rm(dir, { recursive: true })
})

void test('what is stored comes back', async () => {
  const vaultName = 'backups'
  const [{ archiveId }] = await uploadArchive(Buffer.from('hello'), { client, vaultName })
  assert.equal(await text(retrieveArchive({ client, vaultName, archiveId })), 'hello')
})

void test('an upload repeats a request that fails', async () => {
  vault.faults.add({ operation: 'UploadArchive', fault: 'error-500', times: 1 })
  const upload = uploadArchive(Buffer.from('hello'), { client, vaultName: 'backups' })
  let retries = 0
  upload.on('retry', () => retries++)
  await upload
  assert.equal(retries, 1)
})

void test('a vault that does not exist is an error', async () => {
  const upload = uploadArchive(Buffer.from('hello'), { client, vaultName: 'missing' })
  await assert.rejects(upload, (error) => {
    const cause = error instanceof UploadFailedError ? error.cause : error
    return cause instanceof NotFoundError && cause.reason === 'vault-not-found'
  })
})
