/** Tree hashes of the files that a command is given: regular files, other files, and stdin. */
import { stat } from 'node:fs/promises'
import { inputStream } from '../../../fs/input-stream.js'
import { descriptorNamed } from '../../../fs/open-input.js'
import { reasonOf } from '../../../fs/system-reason.js'
import { Writable, pipeline, type Readable } from '../../../streams/node-streams.js'
import type { FileHasher, HashedFile } from '../../../tree-hash/file-hasher.js'
import { treeHash } from '../../../tree-hash/tree-hash-stream.js'
import type { Io } from '../../io.js'
import { printNote } from '../../output/print.js'

/** The result; `undefined` if the file cannot be read. The reason is then printed on stderr. */
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
    const hint = name.includes('\ufffd')
      ? '. Names that are not UTF-8 can only be read from a list, with --check'
      : ''
    printNote(io, `${name}: ${reasonOf(error)}${hint}`)
    return undefined
  }
}

/**
 * The tree hash of a file, or of stdin for `-`.
 *
 * @param file - the path; a Buffer if it is not UTF-8
 * @throws an error of the system, if the file cannot be read
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
  const sink = new Writable({
    write(_bytes, _encoding, callback) {
      callback()
    },
  })
  await pipeline(stream, hashing, sink, { signal })
  const { treeHash: found = '', size } = hashing
  return { size, treeHash: found }
}
