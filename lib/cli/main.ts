/**
 * The command from its arguments to its exit code.
 */
import { CommanderError } from 'commander'
import { exitCodeOf, explanationsOf } from './exit-code.js'
import { printNote, type Io } from './io.js'
import { makeProgram } from './program.js'

/**
 * Runs the command.
 *
 * @param argv - the arguments without the program's own name
 * @returns the exit code
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  try {
    await makeProgram(io, argv).parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2 // it has printed what there is to say
    for (const line of explanationsOf(error)) printNote(io, line)
    if (argv.includes('--debug')) io.stderr.write(`${describe(error)}\n`)
    return exitCodeOf(error, io.signal)
  }
}

/** The stack traces of an error and of what caused it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const trace = String(error.stack)
  return error.cause === undefined ? trace : `${trace}\nCaused by: ${describe(error.cause)}`
}
