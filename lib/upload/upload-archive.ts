/**
 * The whole way up in one call: cut, hash, send.
 */
import { AbortError, TooManyPartsError, UploadFailedError, UploadGoneError } from '../errors.js'
import { pipeline } from '../stream.js'
import { hashParts } from '../tree-hash/hash-parts.js'
import type { GlacierClientLike } from '../vault/glacier-client-like.js'
import type { VaultClient } from '../vault/vault-client.js'
import { archiveWriter, type ArchiveWriter } from './archive-writer.js'
import type { ArchiveWriterOptions, ResumeOptions } from './writer-options.js'
import type { Archive } from './archive.js'
import { isDescriptor, iterableOf, type ByteIterable, type ByteSource } from './byte-source.js'
import type { PartMemory } from './part-memory.js'
import { readParts } from './read-parts.js'
import { rechunk } from './rechunk.js'
import { planUpload, type UploadPlan, type UploadPlanOptions } from './upload-plan.js'

/** Makes the stage that cuts bytes into parts: {@link rechunk}, or another of the same call as `stream-chunker`. */
export type Rechunker = (
  size: number,
  options: { readonly flush: true; readonly memory: PartMemory },
) => NodeJS.ReadWriteStream

/** Options of {@link uploadArchive}. */
export interface UploadArchiveOptions
  extends Omit<ArchiveWriterOptions, keyof ResumeOptions>, UploadPlanOptions {
  /**
   * A `GlacierClient` of the caller's, of any version of the SDK, or any `VaultClient`. Middleware that was added to a
   * client of an SDK before 3.930 is not run.
   */
  readonly client: GlacierClientLike | VaultClient
  /** What cuts the source into parts; default {@link rechunk}. Others may hold more memory than the budget says. */
  readonly rechunk?: Rechunker | undefined
  /** Threads that hash parts of more than 1 MiB, from the second on; default 2. With 0 the event loop's own thread does. */
  readonly hashThreads?: number | undefined
}

/**
 * Puts a stream of bytes of unknown length into a vault.
 *
 * @returns what was stored: one archive, or more where the stream is longer than an archive may be
 * @throws {TypeError} a source that gives no bytes, or an option of a wrong type
 * @throws {RangeError} an option out of range
 * @throws {EmptyArchiveError} `ERR_EMPTY_ARCHIVE`: the source had no byte; nothing was sent
 * @throws {UploadFailedError} `ERR_UPLOAD_FAILED`: something failed after an upload was begun; `uploadId` and `kept`
 *   say what is left, `cause` why. Before that the cause itself is thrown.
 * @throws {AbortError} `ABORT_ERR`: the signal fired; `uploadId` where an upload was kept
 *
 * @example
 * ```ts
 * const [archive] = await uploadArchive(createReadStream('backup.tar'), { client, vaultName: 'backups' })
 * console.log(archive.archiveId)
 * ```
 */
export async function uploadArchive(source: ByteSource, options: UploadArchiveOptions): Promise<Archive[]> {
  const writer = archiveWriter(options.client, { ...options, ...planUpload(options) })
  return uploadThrough(writer, source, options)
}

/**
 * Runs the pipeline into a writer of the caller's, who listens to its events.
 *
 * @throws as {@link uploadArchive} once the writer is made
 */
export async function uploadThrough(
  writer: ArchiveWriter,
  source: ByteSource,
  {
    rechunk: cut = rechunk,
    hashThreads: threads,
  }: Pick<UploadArchiveOptions, 'rechunk' | 'hashThreads'> = {},
): Promise<Archive[]> {
  try {
    const { plan, partMemory: memory } = writer
    const hashing = hashParts({ threads })
    if (isDescriptor(source)) {
      const parts = readParts(source.fd, memory)
      await pipeline(plan.volumes ? parts : noMoreThan(plan, parts), hashing, writer)
    } else {
      const bytes = plan.volumes ? iterableOf(source) : noMoreThan(plan, iterableOf(source))
      await pipeline(bytes, cut(plan.partSize, { flush: true, memory }), hashing, writer)
    }
  } catch (error) {
    writer.destroy() // where the pipeline was never made; otherwise it is already
    await closed(writer)
    throw explained(error, writer.uploadId)
  }
  return [...writer.archives]
}

/** The source, as far as one archive holds it: the first byte past that is an error, before the part it would be in. */
async function* noMoreThan(
  { partSize, partsPerVolume }: UploadPlan,
  source: ByteIterable,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = partSize * partsPerVolume
  for await (const bytes of source as AsyncIterable<Uint8Array>) {
    left -= bytes.length
    if (left < 0) throw new TooManyPartsError(partSize, partsPerVolume)
    yield bytes
  }
}

/** Resolves when the writer has ended its requests and settled what becomes of the upload. */
async function closed(writer: ArchiveWriter): Promise<void> {
  if (!writer.closed) await new Promise((resolve) => writer.once('close', resolve))
}

/** The error with what became of the upload: another stage's error knows nothing of it. */
function explained(error: unknown, uploadId: string | undefined): unknown {
  if (error instanceof Error && error.name === 'AbortError')
    return new AbortError({ cause: error.cause, uploadId })
  const isToldSo = error instanceof UploadFailedError || error instanceof UploadGoneError
  if (uploadId === undefined || isToldSo) return error
  return new UploadFailedError(error, uploadId, true)
}
