/**
 * The errors of the command itself. The exit codes for them are in output/exit-code.ts.
 */

/** The command was called in a way that cannot work. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A transfer failed, and can be resumed. Its cause is the failure. */
export class ResumableError extends Error {
  override readonly name = 'ResumableError'
  /** The command that resumes, as a sentence: `To resume, run the same command again: …`. */
  readonly hint: string
  /** Whether the command with the same options fails again. */
  readonly isLasting: boolean

  /**
   * @param cause - the failure
   * @param hint - the command that resumes, as a sentence
   */
  constructor(cause: unknown, hint: string, isLasting = false) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.hint = hint
    this.isLasting = isLasting
  }
}

/** Some of the work failed, and stderr already has a line about each failure: nothing is left to report. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError'
}

/** Ctrl-C was pressed at a question. The terminal does not send a signal then. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}
