/**
 * The command, from its arguments to its exit code.
 */
import { type Command, CommanderError } from 'commander'
import type { Io } from './io.js'
import { exitCodeOf, explanationsOf } from './output/exit-code.js'
import { printNote, write } from './output/print.js'
import { printableLines } from './output/printable.js'
import { writeAbove } from './output/status-line.js'
import { makeProgram } from './program.js'

/**
 * Runs the command.
 *
 * @param argv - the arguments, without the name of the program
 * @returns the exit code
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const help: string[] = []
  const program = makeProgram(io, argv, (text) => help.push(text))
  try {
    await program.parseAsync(argv, { from: 'user' })
    return 0
  } catch (error) {
    if (!(error instanceof CommanderError)) return explain(error, program, io)
    if (error.exitCode !== 0) return 2 // commander has printed the message
    return write(io, help.join('')).then(
      () => 0,
      (failure: unknown) => {
        const isClosed = (failure as NodeJS.ErrnoException).code === 'EPIPE' // as by head, which has read enough
        return isClosed ? 0 : explain(failure, program, io)
      },
    )
  }
}

/** Explains an error on stderr, and returns its exit code. */
function explain(error: unknown, program: Command, io: Io): number {
  for (const line of explanationsOf(error, isOn(program, 'quiet'))) printNote(io, line)
  if (isOn(program, 'debug')) writeAbove(io.stderr, `${printableLines(stackTracesOf(error))}\n`)
  return exitCodeOf(error, io.signal)
}

/** Whether a switch is on: not of the command of a `put`, which may have an option of that name. */
function isOn(command: Command, name: 'debug' | 'quiet'): boolean {
  return command.getOptionValue(name) === true || command.commands.some((below) => isOn(below, name))
}

/** The stack traces of an error and of its causes. */
function stackTracesOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const trace = String(error.stack)
  return error.cause === undefined ? trace : `${trace}\nCaused by: ${stackTracesOf(error.cause)}`
}
