/** The stores of a local vault without its server, for tests. */

import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import t from 'tap'
import { LockFolder } from '../../lib/fs/lock.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'

import { Meter } from '../../lib/local/costs/meter.js'
import type { ArchiveRecord } from '../../lib/local/records/archive-record.js'
import { Disk } from '../../lib/local/disk/disk.js'
import { realismOf } from '../../lib/local/realism/realism-options.js'
import { makeStores, type Stores } from '../../lib/local/stores/stores.js'
import type { UploadRecord } from '../../lib/local/records/upload-record.js'
import { type Undocumented, withDefaults } from '../../lib/local/service/undocumented.js'

export const vaultName = 'docs'

/** The locks as a process of its own has them. */
export function locksOf(disk: Disk): LockFolder {
  return new LockFolder(disk.path('locks'))
}

/** The stores as a process of its own has them: with nothing shared but the folder. */
export async function storesOver(
  dir: string,
  now: () => number = Date.now,
  undocumented: Undocumented = {},
  onFailure: (error: Error) => void = (error) => t.error(error),
): Promise<Stores> {
  const disk = new Disk(dir)
  await disk.open()
  const context = {
    disk,
    locks: locksOf(disk),
    now,
    region: 'us-east-1',
    accountId: '111122223333',
    onFailure,
  }
  const stores = makeStores(context, new Meter(now), {
    realism: realismOf({}),
    createVaults: true,
    snsEndpoint: undefined,
    undocumented: withDefaults(undocumented),
    policies: 'strict',
    onWarning: () => undefined,
  })
  await stores.ensureVault(vaultName)
  return stores
}

export async function sendPart(
  { uploads }: Stores,
  upload: UploadRecord,
  bytes: Buffer,
  index = 0,
  received: () => void = () => undefined,
): Promise<unknown> {
  const start = index * upload.partSize
  const range = { start, end: start + bytes.length }
  return uploads.receive(vaultName, upload, range, Readable.from([bytes]), received)
}

export async function complete(
  { uploads }: Stores,
  upload: UploadRecord,
  bytes: Buffer,
): Promise<ArchiveRecord> {
  const wanted = { size: bytes.length, treeHash: treeHashOf(bytes) }
  return (await uploads.complete(vaultName, upload.uploadId, wanted)).archive
}

/** The record that the vault has of an archive. */
export async function stored({ archives, retained }: Stores, { archiveId }: ArchiveRecord): Promise<Buffer> {
  const archive = await archives.find(vaultName, archiveId)
  return buffer(retained.read(vaultName, archive, { start: 0, end: archive.size }))
}

export function vaultPath(dir: string, ...names: string[]): string {
  return join(dir, 'vaults', vaultName, ...names)
}
