/**
 * The whole way up in one call: cut, hash, send.
 */
import { AbortError, TooManyPartsError, UploadFailedError, UploadGoneError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import { pipeline, type Readable } from '../streams/node-streams.js'
import { hashParts } from '../tree-hash/hash-parts.js'
import type { GlacierClientLike } from '../client/glacier-client-like.js'
import type { VaultClient } from '../client/vault-client.js'
import { archiveWriter, type ArchiveWriter } from './archive-writer.js'
import type { ArchiveWriterOptions, ResumeOptions } from './writer-options.js'
import type { Archive } from '../store/archive.js'
import { isDescriptor, openSource, type ByteSource, type OpenSource } from '../stages/byte-source.js'
import type { PartMemory } from '../transfer/part-memory.js'
import { readParts } from '../stages/read-parts.js'
import { rechunk } from '../stages/rechunk.js'
import { planUpload, type UploadPlan, type UploadPlanOptions } from './upload-plan.js'
import { UPLOAD_ARCHIVE, writerOptionsOf } from './upload-rules.js'

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
   * client of an SDK before 3.929 is not run.
   */
  readonly client: GlacierClientLike | VaultClient
  /** What cuts the source into parts; default {@link rechunk}. Others may hold more memory than the budget says. */
  readonly rechunk?: Rechunker | undefined
  /**
   * Threads that hash a part of more than 1 MiB, from the second on; default 2. All transfers of a process share them.
   * With 0 the event loop's own thread does.
   */
  readonly hashThreads?: number | undefined
}

/**
 * Puts a stream of bytes of unknown length into a vault.
 *
 * Options are looked at first: a source is left as it is where one of them is wrong. After that the source is read to its
 * end, or cancelled or destroyed, whatever happens; but a descriptor stays open.
 *
 * @returns what was stored: one archive, or more where the stream is longer than an archive may be
 * @throws {TypeError} a source that gives no bytes, an unknown or missing option, or one of a wrong type; nothing was
 *   sent
 * @throws {RangeError} an option or a file descriptor out of range; nothing was sent
 * @throws {EmptyArchiveError} `ERR_EMPTY_ARCHIVE`: the source had no byte; nothing was sent
 * @throws {UploadFailedError} `ERR_UPLOAD_FAILED`: something failed after an upload was begun; `uploadId` and `kept`
 *   say what is left, `cause` why. Before that the cause itself is thrown: the source's own error, a TypeError where it
 *   gave a chunk that is no bytes, or an Error whose `cause` is what the source threw, where that is no Error or looks
 *   like the caller's abort.
 * @throws {AbortError} `ABORT_ERR`: the signal fired; `uploadId` where an upload was kept
 *
 * @example
 * ```ts
 * const [archive] = await uploadArchive(createReadStream('backup.tar'), { client, vaultName: 'backups' })
 * console.log(archive.archiveId)
 * ```
 */
export async function uploadArchive(source: ByteSource, options: UploadArchiveOptions): Promise<Archive[]> {
  const checked = checkOptions('uploadArchive', options, UPLOAD_ARCHIVE)
  const { partSize, memory, concurrency } = planUpload(checked)
  const means = { ...writerOptionsOf(checked), partSize, memory, concurrency }
  return uploadThrough(archiveWriter(checked.client, means), source, checked)
}

/**
 * Runs the pipeline into a writer of the caller's, who listens to its events.
 *
 * @throws as {@link uploadArchive} once the writer is made
 */
export async function uploadThrough(
  writer: ArchiveWriter,
  source: ByteSource | OpenSource,
  { rechunk: cut = rechunk, hashThreads }: Pick<UploadArchiveOptions, 'rechunk' | 'hashThreads'> = {},
): Promise<Archive[]> {
  let bytes: Readable | undefined
  try {
    const { plan, partMemory: memory } = writer
    const hashing = hashParts({ hashThreads })
    const opened = openSource(source)
    bytes = isDescriptor(opened) ? readParts(opened, memory) : opened
    if (!plan.volumes) limit(bytes, plan)
    if (isDescriptor(opened)) await pipeline(bytes, hashing, writer)
    else await pipeline(bytes, cut(plan.partSize, { flush: true, memory }), hashing, writer)
  } catch (error) {
    // Where the pipeline was never made; otherwise they are already.
    bytes?.destroy()
    writer.destroy()
    await closed(writer)
    throw explained(error, writer)
  }
  return [...writer.archives]
}

/** Lets a source give as much as one archive holds: the first byte past that is an error, before the part it would be in. */
function limit(source: Readable, { partSize, partsPerVolume }: UploadPlan): void {
  let left = partSize * partsPerVolume
  source.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) source.destroy(new TooManyPartsError(partSize, partsPerVolume))
  })
}

/** Resolves when the writer has ended its requests and settled what becomes of the upload. */
async function closed(writer: ArchiveWriter): Promise<void> {
  if (!writer.closed) await new Promise((resolve) => writer.once('close', resolve))
}

/** The error with what became of the upload: another stage's error knows nothing of it. */
function explained(error: unknown, { errored, uploadId }: ArchiveWriter): unknown {
  // A source's own AbortError comes as the cause of another error.
  if (errored?.name === 'AbortError') return new AbortError({ cause: errored.cause, uploadId })
  const isToldSo = error instanceof UploadFailedError || error instanceof UploadGoneError
  if (uploadId === undefined || isToldSo) return error
  return new UploadFailedError(error, uploadId, true)
}
