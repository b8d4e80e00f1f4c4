/** The recording of command lines in a terminal: each state of the screen, and when it is seen. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { TerminalScreen } from '../../test/helpers/terminal-screen.js'
import { PROMPT, type Frame } from './frame.js'

const IN_TERMINAL = fileURLToPath(new URL('../../test/helpers/in-terminal.py', import.meta.url))
/** How long a prompt, a command line that is not yet run, and the result of a command are seen. */
const PAUSE_MS = { prompt: 500, commandLine: 900, result: 1_400 }

/** The place that command lines are run in. */
export interface RecordingPlace {
  readonly columns: number
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * Runs command lines in a pseudo-terminal, one after the other, each as a shell does.
 *
 * @throws a command line ends with another status than 0
 */
export async function record(lines: readonly string[], place: RecordingPlace): Promise<Frame[]> {
  const screen = new TerminalScreen(place.columns)
  const frames: Frame[] = []
  let timeMs = 0
  const add = (): void => {
    frames.push({ timeMs, rows: screen.rows })
  }
  for (const line of lines) {
    screen.write(PROMPT)
    add()
    timeMs += PAUSE_MS.prompt
    screen.write(`${line}\r\n`)
    add()
    timeMs += PAUSE_MS.commandLine
    const startMs = timeMs
    for await (const piece of outputOf(line, place)) {
      timeMs = startMs + piece.timeMs
      screen.write(piece.text)
      add()
    }
    timeMs += PAUSE_MS.result
  }
  screen.write(PROMPT)
  add()
  return frames
}

async function* outputOf(
  line: string,
  { columns, folder, env }: RecordingPlace,
): AsyncGenerator<{
  readonly timeMs: number
  readonly text: string
}> {
  const command = [String(columns), '-', 'bash', '-o', 'pipefail', '-c', line]
  const child = spawn('python3', [IN_TERMINAL, ...command], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const startMs = performance.now()
  for await (const json of createInterface({ input: child.stdout })) {
    const [width, content] = JSON.parse(json) as [number | null, string | number]
    if (width !== null) yield { timeMs: Math.round(performance.now() - startMs), text: String(content) }
    else if (content !== 0) throw new Error(`The command line ${line} ended with the status ${content}.`)
  }
  await closed
}
