/** Ranges of an output: those that are nodes of the tree have a tree hash, and no others. */
import { guide, type Assertion, type Group } from '../assertion.js'
import { hasHeader, hasStatus, isSameBytes } from '../expectations.js'
import { finishedJob, outputOf } from '../jobs.js'
import { step, vaultStep } from '../session.js'
import { storedArchive } from '../stored.js'
import { MIB, numberedMebibytes, treeHash } from '../tree-hash.js'

const ALIGNED = 'checksum-calculations-range'

/** As in the figure of the guide: 6.5 MiB. */
const BYTES = numberedMebibytes(6.5 * MIB)

const vault = vaultStep('output-ranges')
const whole = step('a job that is done', async (session) => {
  const path = await vault(session)
  const order = { Type: 'archive-retrieval', ArchiveId: await storedArchive(session, path, BYTES) }
  return finishedJob(session, path, order)
})

/** Ranges of MiB, and whether each is a node of the tree of 6.5 MiB. */
const RANGES: readonly (readonly [start: number, end: number, aligned: boolean])[] = [
  [0, 1, true],
  [0, 2, true],
  [0, 3, false],
  [0, 4, true],
  [1, 2, true],
  [1, 3, false],
  [2, 4, true],
  [3, 4, true],
  [3, 5, false],
  [4, 6, true],
  [4, 6.5, true],
  [5, 6.5, false],
  [6, 6.5, true],
]

function rangeAssertion([start, end, aligned]: (typeof RANGES)[number]): Assertion {
  const what = `MiB ${start} to ${end} of 6.5`
  return guide(
    ALIGNED,
    `range-${start}-${end}`,
    aligned
      ? `The range of ${what} has the tree hash of its bytes: it is aligned.`
      : `The range of ${what} has no tree hash: it is not aligned.`,
    async (session) => {
      const expected = BYTES.subarray(start * MIB, end * MIB)
      const range = `bytes=${start * MIB}-${end * MIB - 1}`
      const answer = await outputOf(session, await whole(session), range)
      hasStatus(answer, 206)
      isSameBytes(answer.body, expected)
      hasHeader(answer, 'x-amz-sha256-tree-hash', aligned ? treeHash(expected) : undefined)
    },
  )
}

/** Ranges of outputs. */
export const outputRanges: Group = {
  name: 'output-ranges',
  title: 'Tree hashes of ranges of an output',
  assertions: RANGES.map(rangeAssertion),
}
