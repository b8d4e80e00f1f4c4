/** Runs the examples as programs, without the types, as Node.js 22.18 and later do by themselves. */
import { spawn } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import ts from 'typescript'
import { commandEnvironment } from './command.js'
import { ROOT } from './documents.js'

const SEPARATOR = '---- the next program: '

/** How the programs ended. */
export interface ProgramRuns {
  /** The exit code of the process that has run all of them. */
  readonly code: number | null
  /** What each has printed, by its name. */
  readonly outputs: ReadonlyMap<string, string>
}

/**
 * Runs programs one after the other, in one process. A program that waits for SIGTERM receives it once it runs.
 *
 * @param dir - a folder inside the repository, where the programs find the packages
 * @param programs - arguments by the name of the file in `examples`
 */
export async function programsOfExamples(
  dir: string,
  programs: Readonly<Record<string, readonly string[]>>,
  variables: NodeJS.ProcessEnv,
): Promise<ProgramRuns> {
  const main = [`const before = process.listenerCount('SIGTERM') // those of the test runner`]
  await mkdir(join(dir, 'programs'))
  for (const [name, args] of Object.entries(programs)) {
    const path = join(dir, 'programs', `${name.replace('/', '-')}.mjs`)
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext }
    const source = await readFile(join(ROOT, 'examples', name), 'utf8')
    await writeFile(path, ts.transpileModule(source, { compilerOptions }).outputText)
    main.push(
      `console.log(${JSON.stringify(SEPARATOR + name)})`,
      `process.argv = ${JSON.stringify([process.execPath, path, ...args])}`,
      `await import(${JSON.stringify(path)})`,
      `if (process.listenerCount('SIGTERM') > before) process.emit('SIGTERM')`,
    )
  }
  const child = spawn(process.execPath, ['--input-type=module', '-e', main.join('\n')], {
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
