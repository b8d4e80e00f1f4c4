/** The tree hash of whatever a command is given as a file. */
import { stat } from 'node:fs/promises'
import { inputStream } from '../../../fs/input-stream.js'
import { descriptorNamed } from '../../../fs/open-input.js'
import { systemReason } from '../../../fs/system-reason.js'
import { Writable, pipeline, type Readable } from '../../../streams/node-streams.js'
import type { FileHasher, HashedFile } from '../../../tree-hash/file-hasher.js'
import { treeHash } from '../../../tree-hash/tree-hash-stream.js'
import type { Io } from '../../io.js'
import { printNote } from '../../output/print.js'

/** The result, or `undefined` where the file cannot be read: then stderr says why. */
export async function unlessUnreadable<T>(
  reading: Promise<T>,
  file: string | Buffer,
  io: Io,
): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (io.signal.aborted) throw error
    const name = file.toString()
    const hint = name.includes('\ufffd') ? '. Names that are not UTF-8 can only be given with --check' : ''
    printNote(io, `${name}: ${systemReason(error) ?? (error as Error).message}${hint}`)
    return undefined
  }
}

/**
 * The tree hash of a file, or of stdin where it is `-`.
 *
 * @param file - its path; as bytes where it is not UTF-8
 * @throws the system's error where it cannot be read
 */
export async function hashOf(file: string | Buffer, hasher: FileHasher, io: Io): Promise<HashedFile> {
  const { signal } = io
  if (file === '-' || (typeof file === 'string' && descriptorNamed(file) === 0))
    return hashOfStream(io.stdin, signal)
  if (typeof file === 'string' && (await stat(file)).isFile()) return hasher.hash(file, { signal })
  return hashOfStream(await inputStream(file, signal), signal)
}

async function hashOfStream(stream: Readable, signal: AbortSignal): Promise<HashedFile> {
  const hashing = treeHash()
  const nowhere = new Writable({
    write(_bytes, _encoding, callback) {
      callback()
    },
  })
  await pipeline(stream, hashing, nowhere, { signal })
  const { treeHash: found = '', size } = hashing
  return { size, treeHash: found }
}
