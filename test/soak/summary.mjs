/** Prints the results of the soak, and what the processes of a violation have said. */

/** @typedef {import('./server.mjs').Sample} Sample */

/**
 * @typedef {object} Curve
 * @property {string} name - of the server
 * @property {number} archives - in its vault at the end
 * @property {{ rise: number, level: number }} [memory] - bytes
 * @property {{ rise: number, level: number }} [descriptors]
 * @property {readonly Sample[]} samples
 */

const MIB = 2 ** 20

/**
 * Prints the results.
 *
 * @param {object} results
 * @param {Record<string, number>} results.counts
 * @param {Record<string, number>} results.outcomes
 * @param {readonly Curve[]} results.curves
 */
export function printSummary({ counts, outcomes, curves }) {
  for (const [outcome, count] of Object.entries(outcomes).sort())
    console.log(`${String(count).padStart(6)}  ${outcome}`)
  const { streams, retrieved, pruned, records, torn, trials, storedBytes = 0, retrievedBytes = 0 } = counts
  console.log(
    `Stored: ${streams} streams, ${inMib(storedBytes)}; at the end ${retrieved} came back, and ${pruned} were pruned.`,
  )
  console.log(
    `Retrieved on the way: ${inMib(retrievedBytes)}. Catalog: ${records} records, ${torn} lines cut off, ${trials} trials left.`,
  )
  for (const { name, archives, memory, descriptors, samples } of curves) {
    const last = samples.at(-1)
    const rise =
      memory && descriptors ? `rise ${inMib(memory.rise)} and ${descriptors.rise.toFixed(1)} descriptors` : ''
    console.log(
      `Server ${name}: ${archives} archives, memory ${inMib(memory?.level ?? NaN)}, peak ${inMib(last?.peak ?? NaN)}, ` +
        `${descriptors?.level} descriptors, disk ${inMib(last?.disk ?? NaN)}; second half: ${rise}.`,
    )
  }
}

/**
 * Prints the violations, with the last lines of the processes concerned.
 *
 * @param {readonly { text: string, runs: readonly import('./commands.mjs').Run[] }[]} violations
 * @param {{ seed: number, dir: string }} soak
 */
export function printViolations(violations, { seed, dir }) {
  for (const { text, runs } of violations) {
    console.log(`VIOLATION: ${text}`)
    for (const { id, args, code, signal, done, tail } of runs) {
      console.log(`  ${id} ${args.join(' ')}`)
      console.log(`  ended with ${signal ?? code}; disturbed by: ${done.join(', ') || 'nothing'}`)
      for (const line of tail) console.log(`  | ${line}`)
    }
  }
  console.log(`${violations.length} violations, seed ${seed}. The files are in ${dir}`)
}

/** @param {number} bytes */
function inMib(bytes) {
  return `${(bytes / MIB).toFixed(1)} MiB`
}
