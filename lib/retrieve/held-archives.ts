/**
 * The plan of a retrieval whose caller has the start of the stream already. An archive that the caller has completely
 * needs no job if its hash is known.
 */
import { toInclusive } from '../byte-range.js'
import { HashMismatchError } from '../errors.js'
import { combined, type HashScheme } from '../store/hash-scheme.js'
import type { RetrievalPlan } from './retrieval-plan.js'
import type { VerifiedRange } from './verified-range.js'

/**
 * The rest of a plan: without the jobs of the first archives whose ranges the caller has and that together have the
 * hash of the archive.
 *
 * @param held - the ranges that the caller has, in order from the start of the stream
 */
export function planAfter(
  plan: RetrievalPlan,
  held: readonly VerifiedRange[],
  hashes: HashScheme,
): RetrievalPlan {
  let { start } = plan
  let ranges = held
  for (const [i, { range, archiveSize, hash }] of plan.jobs.entries()) {
    const end = start + (archiveSize ?? Infinity)
    const own = ranges.filter((other) => other.end <= end)
    const isComplete = range === undefined && own.at(-1)?.end === end
    if (!isComplete || hashOf(own, hashes) !== hash) return { ...plan, jobs: plan.jobs.slice(i), start, held }
    ranges = ranges.slice(own.length)
    start = end
  }
  return { ...plan, jobs: [], start, held }
}

function hashOf(ranges: readonly VerifiedRange[], hashes: HashScheme): string {
  return combined(
    hashes,
    ranges.map((range) => range.hash),
  )
}

/**
 * Checks that no held range is left over.
 *
 * @param held - the ranges that are none of those in which the outputs are fetched
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: the first such range. Its hash cannot be combined with the
 *   others, and the bytes of the stream would be in other places than the caller has them
 */
export function assertUsed([first]: readonly VerifiedRange[]): void {
  if (!first) return
  const where = `bytes ${toInclusive(first)}, which are there already and are no range of the archive,`
  throw new HashMismatchError('archive', where, undefined, first.hash)
}
