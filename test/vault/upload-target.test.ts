import t from 'tap'
import type { VaultClient } from '../../lib/client/vault-client.js'
import type { S3Store } from '../../lib/s3/s3-store.js'
import { s3Store } from '../../lib/s3/s3-store-of.js'
import { archiveStream } from '../../lib/vault/archive-stream.js'
import { archiveWriter } from '../../lib/vault/archive-writer.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import type { UploadOptions } from '../../lib/vault/upload-options.js'
import { targetStoreOf } from '../../lib/vault/upload-target.js'
import { MemoryBucket } from '../helpers/memory-bucket.js'
import { MemoryVault } from '../helpers/memory-vault.js'

const store = s3Store({ client: new MemoryBucket(), bucket: 'backups', key: 'docs.tar' })
const client: VaultClient = new MemoryVault()
const vaultName = 'backups'

t.test('a target is a store, or a vault by its client and name', async (t) => {
  t.equal(targetStoreOf('f', { store }), store)
  t.match(targetStoreOf('f', { client, vaultName }), { vaultName, replacesArchives: false })
  t.match(targetStoreOf('f', { client, vaultName, accountId: '123456789012' }), { vaultName })
})

t.test('a store takes neither a client nor the name of a vault, and a vault needs both', async (t) => {
  const wrong: readonly [object, RegExp][] = [
    [{ store, client }, /client.*with a store/],
    [{ store, vaultName }, /vaultName.*with a store/],
    [{ store, accountId: '123456789012' }, /accountId.*with a store/],
    [{}, /vaultName|client/],
    [{ client }, /vaultName/],
    [{ vaultName }, /client/],
    [{ store: {} }, /store.*s3Store/],
    [{ store: { uploadArchive: store.uploadArchive.bind(store) } as Partial<S3Store> }, /store.*s3Store/],
  ]
  for (const [options, message] of wrong) {
    const given = options as UploadOptions
    const expected = { name: 'TypeError', message }
    t.throws(() => archiveWriter(given), expected)
    t.throws(() => archiveStream(given), expected)
    await t.rejects(uploadArchive([Buffer.from('a')], given), expected)
    await t.rejects(resumeUpload([Buffer.from('a')], { ...given, uploadId: 'u' }), expected)
  }
  t.strictSame((store as { readonly vaultName: string }).vaultName, 's3://backups')
})
