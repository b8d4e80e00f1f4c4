/** The pipeline of an upload: a source of bytes is cut into parts, which are hashed and sent by a writer. */
import { AbortError, TooManyPartsError, UploadFailedError } from '../errors.js'
import { invariant } from '../invariant.js'
import type { Archive } from '../store/archive.js'
import { isDescriptor, openSource, type ByteSource, type OpenSource } from '../stages/byte-source.js'
import { readParts } from '../stages/read-parts.js'
import { rechunk } from '../stages/rechunk.js'
import { pipeline, type Readable } from '../streams/node-streams.js'
import type { PartMemory } from '../transfer/part-memory.js'
import { PartHasher } from '../tree-hash/hash-parts.js'
import type { ArchiveWriter } from './archive-writer.js'
import type { UploadPlan } from './upload-plan.js'

/** Makes the stage that cuts bytes into parts: `rechunk`, or another function with the signature of `stream-chunker`. */
export type Rechunker = (
  size: number,
  options: { readonly flush: true; readonly memory: PartMemory },
) => NodeJS.ReadWriteStream

/** Options of the stages before the writer. */
export interface StageOptions {
  /** Cuts the source into parts; default `rechunk`. Others may hold more memory than the plan says. */
  readonly rechunk?: Rechunker | undefined
  /**
   * Threads that hash a part of more than 1 MiB, from the second part on; default 2. All transfers of a process share
   * them. With 0, the thread of the event loop hashes.
   */
  readonly hashThreads?: number | undefined
}

/** The archives of a stream that is stored: at least one. */
export type Archives = [Archive, ...Archive[]]

/**
 * Sends a source through a writer.
 *
 * @returns all archives of the stream, those of earlier runs included
 * @throws as the source, a stage or the writer fails: an `UploadFailedError` if an upload is kept
 */
export async function sendSource(
  source: ByteSource | OpenSource,
  writer: ArchiveWriter,
  { rechunk: cut = rechunk, hashThreads }: StageOptions = {},
): Promise<Archives> {
  const ended = endOf(writer)
  let bytes: Readable | undefined
  try {
    const { plan, partMemory: memory, partHashes: hashes } = writer
    const hashing = new PartHasher({ hashes, hashThreads }, writer.hashContext)
    const opened = openSource(source)
    bytes = isDescriptor(opened) ? readParts(opened, memory) : opened
    if (!plan.volumes) limitSize(bytes, plan)
    if (isDescriptor(opened)) await pipeline(bytes, hashing, writer)
    else await pipeline(bytes, cut(plan.partSize, { flush: true, memory }), hashing, writer)
  } catch (error) {
    // They are destroyed already, unless the pipeline was never made.
    bytes?.destroy()
    writer.destroy()
    throw withOutcome(error, writer, await ended)
  }
  const [first, ...others] = writer.archives
  invariant(first !== undefined, 'a stream that is stored has at least one archive')
  return [first, ...others]
}

/** Resolves with the error of a writer, if it has one, when the writer has closed. */
export function endOf(writer: ArchiveWriter): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let error: Error | undefined
    writer.once('error', (failure) => {
      error = failure
    })
    writer.once('close', () => {
      resolve(error)
    })
  })
}

/**
 * The error of a pipeline with the outcome of the upload, of which the error of another stage says nothing.
 *
 * @param ownError - the error of the writer, which has closed
 */
export function withOutcome(
  error: unknown,
  { outcome }: ArchiveWriter,
  ownError: Error | undefined,
): unknown {
  // An `AbortError` of the source's own is the cause of another error: this one is of the caller's signal.
  if (ownError instanceof AbortError) return ownError
  if (error === ownError) return error // an abort error of Node.js, which remains as it is
  if (outcome?.uploadId === undefined || error instanceof UploadFailedError) return error
  return new UploadFailedError(error, outcome.uploadId, true)
}

/** Limits a source to the size of one archive: the first byte after that is an error, before its part is complete. */
function limitSize(source: Readable, { partSize, partsPerVolume }: UploadPlan): void {
  let left = partSize * partsPerVolume
  source.on('data', ({ length }: Buffer) => {
    left -= length
    if (left < 0) source.destroy(new TooManyPartsError(partSize, partsPerVolume))
  })
}
