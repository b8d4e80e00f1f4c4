import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConnectionError, NotFoundError, ServiceError } from '../../lib/errors.js'
import { treeHashScheme } from '../../lib/glacier/tree-hash-scheme.js'
import { storePart, type StorePart } from '../../lib/store/store-part.js'
import { hashParts, type HashedPart } from '../../lib/tree-hash/hash-parts.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import type { ArchiveStream } from '../../lib/vault/archive-stream.js'
import type { ArchiveWriter } from '../../lib/upload/archive-writer.js'
import { archiveWriter } from '../../lib/vault/archive-writer.js'
import type { UploadJournal } from '../../lib/store/upload-journal.js'
import { PartMemory } from '../../lib/transfer/part-memory.js'
import { rechunk } from '../../lib/stages/rechunk.js'
import type { UploadContext } from '../../lib/upload/upload-context.js'
import { planUpload } from '../../lib/upload/upload-plan.js'
import type { UploadSettings, WriterSettings } from '../../lib/vault/upload-options.js'
import { AdaptiveConcurrency } from '../../lib/transfer/concurrency.js'
import { GLACIER_LIMITS } from '../../lib/glacier/limits.js'
import { systemRandom } from '../../lib/runtime/runtime.js'
import { ProgressMeter } from '../../lib/transfer/progress.js'
import { Retry } from '../../lib/transfer/retry.js'
import { MIB } from '../../lib/sizes.js'
import { vaultStore } from '../../lib/vault/vault-store.js'
import { MemoryVault } from './memory-vault.js'
import { VirtualClock } from './virtual-clock.js'

export const vaultName = 'backups'

/** The connection broke within a request, which may have been carried out. */
export const reset = new ConnectionError('reset', { operation: 'X', serviceCode: 'ECONNRESET' })
/** The request never arrived. */
export const refused = new ConnectionError('refused', { operation: 'X', serviceCode: 'ECONNREFUSED' })
/** The service refuses a completion. */
export const rejection = new ServiceError('Invalid x-amz-sha256-tree-hash: x', {
  operation: 'CompleteMultipartUpload',
  serviceCode: 'InvalidParameterValueException',
  status: 400,
})
/** The service has no such upload. */
export const notFound = new NotFoundError('The upload ID was not found: x', {
  operation: 'CompleteMultipartUpload',
  serviceCode: 'ResourceNotFoundException',
  status: 404,
})

/** A writer of parts of 1 MiB, whose pauses take no time. */
export function writerTo(
  vault: MemoryVault,
  options: UploadSettings & WriterSettings & { readonly accountId?: string | undefined } = {},
): ArchiveWriter {
  return archiveWriter({ client: vault, vaultName, partSize: MIB, clock: new VirtualClock(), ...options })
}

/** Sends bytes the usual way. */
export async function send(bytes: Uint8Array, writer: ArchiveWriter): Promise<void> {
  await pipeline(Readable.from(bytes.length > 0 ? [bytes] : []), rechunk(MIB), hashParts(), writer)
}

/** The parts of some bytes, hashed. */
export async function partsOf(bytes: Uint8Array, size = MIB): Promise<HashedPart[]> {
  const parts: HashedPart[] = []
  for await (const part of Readable.from([bytes]).pipe(rechunk(size)).pipe(hashParts()))
    parts.push(part as HashedPart)
  return parts
}

/** The parts of some bytes, as a vault takes them. */
export async function vaultPartsOf(bytes: Uint8Array): Promise<StorePart[]> {
  const { signal } = new AbortController()
  const parts: StorePart[] = []
  for (const part of await partsOf(bytes)) parts.push(await storePart(treeHashScheme(), part, signal))
  return parts
}

/** The error of a writer or stream, if it has one, when it has closed. */
export function failure(writer: ArchiveWriter | ArchiveStream): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let error: Error | undefined
    writer.once('error', (found: Error) => (error = found))
    writer.once('close', () => {
      resolve(error)
    })
  })
}

/** Begins an upload that has some parts of these bytes; its ID. */
export async function uploadParts(
  vault: MemoryVault,
  bytes: Buffer,
  indexes: readonly number[],
  description?: string,
): Promise<string> {
  const { uploadId } = await vault.initiateUpload({ vaultName, partSize: MIB, description })
  for (const index of indexes) {
    const part = bytes.subarray(index * MIB, (index + 1) * MIB)
    const treeHash = treeHashOf(part)
    const range = { start: index * MIB, end: index * MIB + part.length }
    await vault.uploadPart({ vaultName, uploadId, range, bytes: part, linearHash: treeHash, treeHash })
  }
  vault.calls.length = 0
  return uploadId
}

/** A vault with an upload, `upload-1`, that has some parts of these bytes. */
export async function vaultWithParts(
  bytes: Buffer,
  indexes: readonly number[],
  description?: string,
): Promise<MemoryVault> {
  const vault = new MemoryVault()
  await uploadParts(vault, bytes, indexes, description)
  return vault
}

/** The numbers of the parts that were sent, in order. */
export function sentTo(vault: MemoryVault): number[] {
  return vault.calls
    .filter(({ operation }) => operation === 'uploadPart')
    .map(({ range }) => (range?.start ?? -1) / MIB)
    .sort((a, b) => a - b)
}

/** A journal that remembers what it was told, but for `assertOwner`, which it counts. */
export interface RecordingJournal extends UploadJournal {
  readonly notes: unknown[][]
  /** The names of the records, without their details. */
  readonly types: string[]
  checks: number
  /** Runs before a record is taken; what it throws fails the record. */
  before: (what: keyof UploadJournal, told: readonly unknown[]) => unknown
}

/** A {@link RecordingJournal} without records. */
export function recordingJournal(): RecordingJournal {
  const note =
    (what: keyof UploadJournal) =>
    async (...told: unknown[]): Promise<void> => {
      await journal.before(what, told)
      journal.notes.push([what, ...told])
    }
  const journal: RecordingJournal = {
    notes: [],
    get types() {
      return journal.notes.map(([what, end]) => (what === 'closed' ? String(end) : String(what)))
    },
    checks: 0,
    before: () => undefined,
    assertOwner: async () => {
      journal.checks++
      await journal.before('assertOwner', [])
    },
    begun: note('begun'),
    completing: note('completing'),
    sending: note('sending'),
    rejected: note('rejected'),
    stored: note('stored'),
    mismatched: note('mismatched'),
    closed: note('closed'),
  }
  return journal
}

/** The context of an upload, for tests of one request. */
export function contextFor(
  vault: MemoryVault,
  journal: UploadJournal,
  more: Partial<UploadContext> = {},
): UploadContext {
  const { signal } = new AbortController()
  return {
    store: vaultStore(vault, { vaultName }),
    plan: planUpload({ partSize: MIB }, GLACIER_LIMITS),
    retry: new Retry({ clock: new VirtualClock() }),
    random: systemRandom,
    concurrency: new AdaptiveConcurrency(1),
    sendLimit: undefined,
    partMemory: new PartMemory(MIB),
    progress: new ProgressMeter(new VirtualClock(), () => undefined),
    journal,
    signal,
    lastSignal: signal,
    emit: () => undefined,
    ...more,
  }
}
