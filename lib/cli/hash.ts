/**
 * `hash [FILE…]`: tree hashes of files, in the manner of sha256sum. `--check` is in hash-check.ts.
 *
 * A file that cannot be read does not stop the others: it is told of on stderr, and the exit code is 1 at the end.
 */
import { descriptorNamed } from '../fs/open-input.js'
import { inputStream } from '../fs/input-stream.js'
import { systemReason } from '../fs/system-reason.js'
import { Writable, pipeline, type Readable } from '../stream.js'
import { FileHasher, type HashedFile } from '../tree-hash/file-hasher.js'
import { treeHash } from '../tree-hash/tree-hash-stream.js'
import { stat } from 'node:fs/promises'
import type { CommonOptions } from './connection.js'
import { ToldError } from './exit-code.js'
import { hashLine } from './hash-lines.js'
import { printExact, printJson, printNote, type Io } from './io.js'

/** Options of `hash`. */
export interface HashOptions extends CommonOptions {
  readonly check?: true
}

/** Runs `hash`; without files, of stdin. */
export async function hash(files: readonly string[], options: HashOptions, io: Io): Promise<void> {
  const all = files.length > 0 ? files : ['-']
  const hasher = new FileHasher()
  try {
    if (options.check) await (await import('./hash-check.js')).check(all, hasher, options, io)
    else await print(all, hasher, options, io)
  } finally {
    hasher.close()
  }
}

async function print(
  files: readonly string[],
  hasher: FileHasher,
  { json }: HashOptions,
  io: Io,
): Promise<void> {
  let unread = 0
  for (const file of files) {
    const found = await unlessUnreadable(hashOf(file, hasher, io), file, io)
    if (!found) unread++
    else if (json) await printJson(io, { file, ...found })
    else await printExact(io, hashLine({ name: Buffer.from(file), hash: found.treeHash }))
  }
  if (unread > 0) throw new ToldError(`${unread} of ${files.length} files could not be read.`)
}

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
