/** A copy of the built simulation with a changed file of the engine. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ThreadCode } from '../pool/thread.js'
import { sabotaged, type Saboteur } from './saboteur.js'

/** A changed build. */
export interface SabotagedBuild extends ThreadCode {
  /** Removes it. */
  readonly remove: () => Promise<void>
}

/**
 * Makes a changed build.
 *
 * @param root - the folder of the repository, in which `.simulation` was built
 */
export async function makeSabotagedBuild(root: string, saboteur: Saboteur): Promise<SabotagedBuild> {
  const { file, name } = saboteur
  const folder = join(root, '.simulation', 'sabotaged', name)
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const text = sabotaged(saboteur, await readFile(join(root, 'lib', file), 'utf8'))
  await remove()
  await mkdir(folder, { recursive: true })
  for (const part of ['lib', 'test'])
    await cp(join(root, '.simulation', part), join(folder, part), { recursive: true })
  await writeFile(join(folder, 'lib', file.replace(/\.ts$/, '.js')), await transpiled(text, file))
  const urlOf = (path: string): string => pathToFileURL(join(folder, 'test', 'simulation', path)).href
  return { workerUrl: urlOf('pool/worker.js'), scenarioUrl: urlOf('scenario.js'), remove }
}

/**
 * The text of a module as JavaScript.
 *
 * @throws {Error} it is not TypeScript
 */
export async function transpiled(text: string, file: string): Promise<string> {
  const { default: ts } = await import('typescript')
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  }
  const result = ts.transpileModule(text, { fileName: file, reportDiagnostics: true, compilerOptions })
  for (const { messageText } of result.diagnostics ?? [])
    throw new Error(`lib/${file} is not TypeScript: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`)
  return result.outputText
}
