/**
 * Archives at the start of a stream that the caller has already, whole: no job is paid for to learn their hashes, where
 * these are known.
 */
import { NodeStack } from '../tree-hash/tree-hash.js'
import type { RetrievalOrder } from './jobs/orders.js'
import type { HeldRange } from './verified-output.js'

/** What is left of a retrieval. */
export interface Remainder {
  readonly orders: readonly RetrievalOrder[]
  /** Ranges of the first of those orders that the caller has. */
  readonly held: readonly HeldRange[]
  /** Where in the stream the first of those orders begins. */
  readonly start: number
}

/** What is left behind archives whose ranges are all there and have, together, the archive's tree hash. */
export function behindHeldArchives(orders: readonly RetrievalOrder[], held: readonly HeldRange[]): Remainder {
  let start = 0
  let ranges = held
  for (const [i, { range, archiveSize, treeHash }] of orders.entries()) {
    const end = start + (archiveSize ?? Infinity)
    const own = ranges.filter((it) => it.end <= end)
    const isWhole = range === undefined && treeHash !== undefined && own.at(-1)?.end === end
    if (!isWhole || rootOf(own) !== treeHash) return { orders: orders.slice(i), held: ranges, start }
    ranges = ranges.slice(own.length)
    start = end
  }
  return { orders: [], held: [], start }
}

function rootOf(ranges: readonly HeldRange[]): string {
  const nodes = new NodeStack()
  for (const { treeHash } of ranges) nodes.push(Buffer.from(treeHash, 'hex'))
  return nodes.root().toString('hex')
}
