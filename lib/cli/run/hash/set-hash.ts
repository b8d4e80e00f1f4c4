/** Tree hashes of consecutive sections of a file: of each volume, if the file is a whole set. */
import { stat } from 'node:fs/promises'
import { SizeMismatchError } from '../../../errors.js'
import { treeHashScheme } from '../../../glacier/tree-hash-scheme.js'
import type { FileHasher } from '../../../tree-hash/file-hasher.js'
import type { Io } from '../../io.js'
import { sectionHashes } from './section-hashes.js'

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
  if (!stats?.isFile()) return hashesOfStream(file, sizes, io)
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

async function hashesOfStream(file: string, sizes: readonly number[], io: Io): Promise<string[]> {
  const hashes: string[] = []
  const sections = sizes.map((size) => ({ size }))
  for await (const { hash } of sectionHashes(file, sections, treeHashScheme(), io)) hashes.push(hash)
  return hashes
}
