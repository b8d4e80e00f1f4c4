/** The questions at the terminal before archives are deleted. */
import { createInterface } from 'node:readline/promises'
import { InterruptedError, UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'

/** The option that answers the questions. */
export interface ConfirmationOptions {
  /** Whether to delete without a question. */
  readonly yes?: true
}

/**
 * Checks that a question can be asked, before anything else is done.
 *
 * @throws {UsageError} there is no terminal, and `--yes` was not given
 */
export function assertConfirmable({ yes }: ConfirmationOptions, io: Io): void {
  if (!yes && (!io.stdin.isTTY || !io.stderr.isTTY))
    throw new UsageError(
      'There is no terminal to ask for confirmation. Give --yes to delete without a question.',
    )
}

/**
 * Asks for confirmation at the terminal.
 *
 * @throws {UsageError} there is no terminal, and `--yes` was not given
 * @throws an error that says that nothing was deleted, if the answer is not yes
 */
export async function confirm(question: string, options: ConfirmationOptions, io: Io): Promise<void> {
  await ask(`${question} [y/N] `, (answer) => /^y(es)?$/i.test(answer), options, io)
}

/**
 * Asks for confirmation at the terminal: the answer must be a name.
 *
 * @throws {UsageError} there is no terminal, and `--yes` was not given
 * @throws an error that says that nothing was deleted, if the answer is another one
 */
export async function confirmByName(
  question: string,
  name: string,
  options: ConfirmationOptions,
  io: Io,
): Promise<void> {
  await ask(`${question}: `, (answer) => answer === name, options, io)
}

/**
 * @throws {InterruptedError} Ctrl-C was pressed
 * @throws an error that says that nothing was deleted, if the answer is no, stdin ends, or the command is stopped
 */
async function ask(
  question: string,
  isConfirmed: (answer: string) => boolean,
  options: ConfirmationOptions,
  io: Io,
): Promise<void> {
  assertConfirmable(options, io)
  if (options.yes) return
  const answer = await answerTo(`glacier-pipe: ${question}`, io)
  if (answer === undefined) throw new Error(`${io.signal.aborted ? 'Stopped. ' : ''}Nothing was deleted.`)
  if (!isConfirmed(answer.trim())) throw new Error('Nothing was deleted.')
}

/**
 * The answer at the terminal; `undefined` if stdin ends, or the command is stopped, before there is one.
 *
 * The terminal is read in raw mode: Ctrl-C is a character then, and no signal of the system.
 */
async function answerTo(question: string, { stdin, stderr, signal }: Io): Promise<string | undefined> {
  const terminal = createInterface({ input: stdin, output: stderr })
  const state = { isInterrupted: false }
  terminal.once('SIGINT', () => {
    state.isInterrupted = true
    terminal.close()
  })
  const closed = new Promise<undefined>((resolve) => {
    terminal.once('close', () => {
      resolve(undefined)
    })
  })
  const answered = terminal.question(question, { signal }).catch(() => undefined) // stopped
  const answer = await Promise.race([answered, closed])
  terminal.close()
  if (answer === undefined) stderr.write('\n') // the question ends in the middle of a line
  if (state.isInterrupted) throw new InterruptedError('Stopped. Nothing was deleted.')
  return answer
}
