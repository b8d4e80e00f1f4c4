/** Runs the examples as programs, as Node.js 22.18 and later do by themselves. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { commandEnvironment } from './command.js'
import { ROOT } from './documents.js'

const SEPARATOR = '---- the next program: '

/** How the programs ended. */
export interface ProgramRuns {
  /** The exit code of the process that has run all of them. */
  readonly code: number | null
  /** The output of each, by its name. */
  readonly outputs: ReadonlyMap<string, string>
}

/**
 * Runs programs one after the other, in one process, which reads TypeScript as this one does. A program that waits for SIGTERM
 * receives it once it runs.
 *
 * @param programs - arguments by the name of the file in `examples`
 */
export async function programsOfExamples(
  programs: Readonly<Record<string, readonly string[]>>,
  variables: NodeJS.ProcessEnv,
): Promise<ProgramRuns> {
  const main = [`const before = process.listenerCount('SIGTERM') // those of the test runner`]
  for (const [name, args] of Object.entries(programs)) {
    const path = join(ROOT, 'examples', name)
    main.push(
      `console.log(${JSON.stringify(SEPARATOR + name)})`,
      `process.argv = ${JSON.stringify([process.execPath, path, ...args])}`,
      `await import(${JSON.stringify(path)})`,
      `if (process.listenerCount('SIGTERM') > before) process.emit('SIGTERM')`,
    )
  }
  const options = [...process.execArgv, '--input-type=module', '-e', main.join('\n')]
  const child = spawn(process.execPath, options, {
    env: { ...commandEnvironment(), ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  const outputs = output
    .split(SEPARATOR)
    .slice(1)
    .map((text): [string, string] => {
      const end = text.indexOf('\n')
      return [text.slice(0, end), text.slice(end + 1)]
    })
  return { code, outputs: new Map(outputs) }
}
