/** The questions at the terminal before archives are deleted. */
import { createInterface } from 'node:readline/promises'
import { UsageError } from '../../command-errors.js'
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
 * @throws {UsageError} there is no terminal, and `--yes` was not given; or the answer is no
 */
export async function confirm(question: string, options: ConfirmationOptions, io: Io): Promise<void> {
  await ask(`${question} [y/N] `, (answer) => /^y(es)?$/i.test(answer), options, io)
}

/**
 * Asks for confirmation at the terminal: the answer must be a name.
 *
 * @throws {UsageError} there is no terminal, and `--yes` was not given; or the answer is another one
 */
export async function confirmByName(
  question: string,
  name: string,
  options: ConfirmationOptions,
  io: Io,
): Promise<void> {
  await ask(`${question}: `, (answer) => answer === name, options, io)
}

async function ask(
  question: string,
  isConfirmed: (answer: string) => boolean,
  options: ConfirmationOptions,
  io: Io,
): Promise<void> {
  assertConfirmable(options, io)
  if (options.yes) return
  const terminal = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = await terminal.question(`glacier-pipe: ${question}`, { signal: io.signal })
    if (!isConfirmed(answer.trim())) throw new UsageError('Nothing was deleted.')
  } finally {
    terminal.close()
  }
}
