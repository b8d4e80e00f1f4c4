/** Tree hashes of consecutive sections of a file: of each volume, if the file is a whole set. */
import { stat } from 'node:fs/promises'
import { SizeMismatchError } from '../../../errors.js'
import { inputStream } from '../../../fs/input-stream.js'
import { descriptorNamed } from '../../../fs/open-input.js'
import { addAbortSignal } from '../../../streams/node-streams.js'
import type { FileHasher } from '../../../tree-hash/file-hasher.js'
import { TreeHash } from '../../../tree-hash/tree-hash.js'
import type { Io } from '../../io.js'

/**
 * Hashes sections of a file, or of stdin for `-`.
 *
 * @param sizes - bytes in each section, in order
 * @returns the tree hash of each section, lowercase hex
 * @throws {SizeMismatchError} the size of the file is not the sum of the sizes
 * @throws an error of the system, if the file cannot be read
 */
export async function sectionHashesOf(
  file: string,
  sizes: readonly number[],
  hasher: FileHasher,
  io: Io,
): Promise<string[]> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const stats = file === '-' ? undefined : await stat(file)
  if (!stats?.isFile()) return hashesOfStream(file, sizes, total, io)
  if (stats.size !== total) throw new SizeMismatchError(file, total, stats.size)
  const hashes: string[] = []
  let start = 0
  for (const size of sizes) {
    const range = { start, end: start + size }
    hashes.push((await hasher.hash(file, { range, signal: io.signal })).treeHash)
    start = range.end
  }
  return hashes
}

/** The tree hashes of sections of a stream. */
async function hashesOfStream(
  file: string,
  sizes: readonly number[],
  total: number,
  io: Io,
): Promise<string[]> {
  const isStdin = file === '-' || descriptorNamed(file) === 0
  const source = addAbortSignal(io.signal, isStdin ? io.stdin : await inputStream(file, io.signal))
  const hashes: string[] = []
  let hash = new TreeHash()
  const nextSize = (): number => sizes[hashes.length] ?? 0
  let left = nextSize()
  let found = 0
  for await (let chunk of source as AsyncIterable<Buffer>) {
    found += chunk.length
    while (chunk.length > 0 && hashes.length < sizes.length) {
      const bytes = chunk.subarray(0, left)
      hash.update(bytes)
      chunk = chunk.subarray(bytes.length)
      left -= bytes.length
      if (left > 0) continue
      hashes.push(hash.digest('hex'))
      hash = new TreeHash()
      left = nextSize()
    }
  }
  if (found !== total) throw new SizeMismatchError(file, total, found)
  return hashes
}
