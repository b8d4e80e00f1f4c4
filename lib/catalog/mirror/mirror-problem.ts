/** The reasons for which a mirror is not written. */

/**
 * - `diverged`: the mirror is not a copy of the beginning of the catalog
 * - `same-file`: the mirror's path leads to the catalog itself
 * - `not-a-file`: the mirror's path is that of a folder, a device or a FIFO
 * - `full`: a write took no byte
 */
type ProblemKind = 'diverged' | 'full' | 'not-a-file' | 'same-file'

/** The reason of a failed copy; `unavailable` for errors of the system. */
export type MirrorProblemReason = ProblemKind | 'unavailable'

/** A mirror is not written, for a reason that is not an error of the system. */
export class MirrorProblem extends Error {
  override readonly name = 'MirrorProblem'
  /** The reason. */
  readonly reason: ProblemKind

  constructor(reason: ProblemKind) {
    super(TEXTS[reason])
    this.reason = reason
  }
}

const TEXTS: Readonly<Record<ProblemKind, string>> = {
  diverged:
    'it is not a copy of the beginning of the catalog: it has records that the catalog does not have, or it is ' +
    'the mirror of another catalog. It is left as it is. "glacier-pipe catalog import" adds its records to the ' +
    'catalog. Then move it away, or give the path of another file.',
  full: 'the disk takes no more bytes.',
  'not-a-file': 'its path is that of a folder, a device or a FIFO. Give the path of a file.',
  'same-file': 'it is the catalog itself. Give the path of another file.',
}
