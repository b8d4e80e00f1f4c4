import type { Test } from 'tap'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { SdkVaultClient } from '../../lib/client/sdk/sdk-vault-client.js'
import { MIB } from '../../lib/sizes.js'
import { clientFor } from './local-vault.js'
import type { World } from './world.js'

const vaultName = 'docs'

/** When uploads were begun, in the records that {@link uploadsLeftIn} makes. */
export const BEGUN = '2026-01-01T00:00:00.000Z'

/** Makes uploads that processes which are gone have left. */
export interface LeftUploads {
  readonly client: SdkVaultClient
  /** Begins an upload that has some parts of these bytes, and records it; `record` are fields of the `begun` record. */
  readonly leave: (bytes: Buffer, parts: readonly number[], record?: object) => Promise<string>
  /** Records an upload that the service does not have. */
  readonly leaveGone: (uploadId: string, record?: object) => Promise<void>
  /** Completes an upload without a record of the answer; the archive ID. */
  readonly completeUnheard: (uploadId: string, bytes: Buffer) => Promise<string>
}

/** Fields of the intent to complete an upload of these bytes. */
export function intentOf(bytes: Buffer): object {
  const first = bytes.subarray(0, MIB)
  return {
    size: bytes.length,
    treeHash: treeHashOf(bytes),
    firstPart: { size: first.length, treeHash: treeHashOf(first) },
  }
}

/** {@link LeftUploads} of a world, in parts of 1 MiB. */
export function uploadsLeftIn(test: Test, { vault, place, append }: World): LeftUploads {
  const client = clientFor(test, vault)
  const leaveGone = (uploadId: string, record: object = {}): Promise<void> =>
    append({
      type: 'begun',
      time: BEGUN,
      ...place,
      accountId: vault.accountId,
      uploadId,
      partSize: MIB,
      volume: 1,
      streamId: `stream of ${uploadId}`,
      ...record,
    })
  return {
    client,
    leaveGone,
    async leave(bytes, parts, record) {
      await client.createVault({ vaultName })
      const { uploadId } = await client.initiateUpload({ vaultName, partSize: MIB })
      for (const index of parts) {
        const part = bytes.subarray(index * MIB, (index + 1) * MIB)
        const hash = { linearHash: treeHashOf(part), treeHash: treeHashOf(part) } // of 1 MiB at the most they are one
        const range = { start: index * MIB, end: index * MIB + part.length }
        await client.uploadPart({ vaultName, uploadId, range, bytes: part, ...hash })
      }
      await leaveGone(uploadId, record)
      return uploadId
    },
    async completeUnheard(uploadId, bytes) {
      const content = { size: bytes.length, treeHash: treeHashOf(bytes) }
      return (await client.completeUpload({ vaultName, uploadId, ...content })).archiveId
    },
  }
}
