/**
 * The matrix every stage is run over: how long the source is, and how it is written.
 */

import { LEAF_SIZE } from '../../lib/tree-hash/leaf-size.js'

/** Sizes of a source at which something changes, for a leaf and for a part of this size; each once, ascending. */
export function sourceSizes(partSize: number): number[] {
  const ofLeaf = [LEAF_SIZE - 1, LEAF_SIZE, LEAF_SIZE + 1]
  const ofPart = [partSize - 1, partSize, partSize + 1, 2 * partSize, 3 * partSize, 3 * partSize + 7_919]
  return [...new Set([0, 1, ...ofLeaf, ...ofPart])].sort((a, b) => a - b)
}

/** Ways of writing a source of this size: bytes in each write, by name. One at a time only where that is quick. */
export function writePatterns(size: number): Record<string, number> {
  return {
    ...(size <= 4096 && { 'one byte at a time': 1 }),
    'all at once': Math.max(size, 1),
    'a prime number at a time': 65_521,
    '64 KiB at a time': 65_536,
  }
}
