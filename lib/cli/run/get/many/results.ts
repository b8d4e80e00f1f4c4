/** The results of a command that retrieves many archives: a line for each archive on stdout, and the exit code. */
import { ConnectionError, RetriesExhaustedError } from '../../../../errors.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import { ReportedError, ResumableError } from '../../../command-errors.js'
import type { Io } from '../../../io.js'
import { explanationsOf, isOfBytes } from '../../../output/exit-code.js'
import { formatCount } from '../../../output/format.js'
import { printData, printJson, printNote } from '../../../output/print.js'
import { shellCommand } from '../../../output/shell-command.js'
import type { Output } from './existing-outputs.js'

/** How many archives in succession may fail because of the connection before the others are given up. */
const MAX_CONNECTION_FAILURES = 2

/** Prints and counts the results of the archives of one command. */
export class Results {
  readonly #options: Pick<GetOptions, 'json' | 'quiet'>
  readonly #io: Io
  readonly #argv: readonly string[]
  readonly #failures: unknown[] = []
  #connectionFailures = 0
  #retrieved = 0
  #present = 0

  constructor(options: Pick<GetOptions, 'json' | 'quiet'>, io: Io, argv: readonly string[]) {
    this.#options = options
    this.#io = io
    this.#argv = argv
  }

  /** Whether the connection fails so that it is no use to try further archives. */
  get isConnectionLost(): boolean {
    return this.#connectionFailures >= MAX_CONNECTION_FAILURES
  }

  /** Notes that the file of an archive was complete before. */
  async present(output: Output): Promise<void> {
    this.#present++
    await this.#print(output, 'present')
  }

  /** Notes that an archive was retrieved. */
  async retrieved(output: Output): Promise<void> {
    this.#retrieved++
    this.#connectionFailures = 0
    await this.#print(output, 'retrieved')
  }

  /** Notes that an archive was not retrieved, and why. */
  async failed(output: Output, error: unknown): Promise<void> {
    this.#failures.push(error)
    this.#connectionFailures = isOfConnection(error) ? this.#connectionFailures + 1 : 0
    for (const line of explanationsOf(error)) printNote(this.#io, `${output.name}: ${line}`)
    if (this.#options.json) await this.#print(output, 'failed', { error: (error as Error).message })
  }

  /**
   * Ends the command.
   *
   * @param left - the number of archives that were given up
   * @throws {ResumableError} some archives may be retrieved by the same command
   * @throws {ReportedError} some archives were not retrieved, with the wrong bytes of one as the cause
   */
  end(left: number): void {
    const failed = this.#failures.length + left
    const counts = [
      `${this.#retrieved} retrieved`,
      this.#present > 0 && `${this.#present} already there`,
      failed > 0 && `${failed} not retrieved`,
    ].filter((text) => text !== false)
    const total = formatCount(this.#retrieved + this.#present + failed, 'archive')
    const summary = `${total}: ${counts.join(', ')}.`
    if (left > 0 || this.#failures.some(isOfConnection))
      throw new ResumableError(new Error(summary), this.#resumeHint())
    if (failed > 0 || !this.#options.quiet) printNote(this.#io, summary)
    if (failed > 0) throw new ReportedError(summary, { cause: this.#failures.find(isOfBytes) })
  }

  /**
   * Ends a command that only starts jobs.
   *
   * @throws {ReportedError} the jobs of some archives could not be started
   */
  endOfStart(): void {
    if (this.#failures.length > 0) throw new ReportedError('Some jobs could not be started.')
  }

  /** The error of a command that was stopped, with the command that resumes. */
  stopped(error: unknown): ResumableError {
    return new ResumableError(error, this.#resumeHint())
  }

  #resumeHint(): string {
    return (
      'The retrieval jobs and the files are kept. To resume, run the same command again: ' +
      shellCommand(['glacier-pipe', ...this.#argv])
    )
  }

  async #print({ name, file, entry }: Output, state: string, more: object = {}): Promise<void> {
    const { id: archiveId, time, size } = entry
    await (this.#options.json
      ? printJson(this.#io, { state, name, file, archiveId, time, size, ...more })
      : printData(this.#io, file))
  }
}

/** Whether an error is about the connection: the same command may succeed later. */
export function isOfConnection(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof RetriesExhaustedError
}
