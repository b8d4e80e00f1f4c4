import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BIN, commandEnvironment } from './command.js'

const SCRIPT = fileURLToPath(new URL('in-terminal.py', import.meta.url))
const execute = promisify(execFile)

/** The output of a command to a terminal, and how the command ends. */
export interface TerminalRun {
  /** Pieces of output, each with the width of the terminal when it arrived. A change of the width is an empty piece. */
  readonly pieces: readonly { readonly columns: number; readonly text: string }[]
  /** The exit code, or the negative number of the signal that ended the command. */
  readonly status: number
}

/** Whether python3, which makes the pseudo-terminals, is installed with the module that does so. */
export async function hasTerminals(): Promise<boolean> {
  return execute('python3', ['-c', 'import pty, termios, os; os.waitstatus_to_exitcode']).then(
    () => true,
    () => false,
  )
}

/**
 * Runs the built command in a pseudo-terminal.
 *
 * @param widths - as `80,40@3`: 80 columns, and 40 when the command has drawn its status line three times
 * @param stop - as `SIGINT@5`: a signal when the command has drawn its status line five times, or `CLOSE@5`: the terminal is
 *   closed; `-` for none
 */
export async function runInTerminal(
  widths: string,
  stop: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<TerminalRun> {
  const { stdout } = await execute('python3', [SCRIPT, widths, stop, process.execPath, BIN, ...args], {
    env: { ...commandEnvironment(), TERM: 'xterm', ...env },
    maxBuffer: 2 ** 26,
  })
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as [number | null, string | number])
  const [, status] = lines.pop() ?? []
  const pieces = lines.map(([columns, text]) => ({ columns: Number(columns), text: String(text) }))
  return { pieces, status: Number(status) }
}
