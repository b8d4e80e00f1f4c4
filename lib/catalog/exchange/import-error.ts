/** The error of a file that cannot be imported. */

/** A line of a file is not to be imported; so nothing of the file is. */
export class ImportError extends Error {
  override readonly name = 'ImportError'
  /** The number of the line, from 1. */
  readonly line: number
  /** The problem of the line: a sentence that begins with a small letter. */
  readonly problem: string

  constructor(line: number, problem: string) {
    super(`Line ${line} cannot be imported: ${problem} Nothing was imported.`)
    this.line = line
    this.problem = problem
  }
}
