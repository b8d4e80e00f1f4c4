/**
 * TypeScript files as JavaScript. Types are removed and not checked.
 *
 * The results are kept in node_modules/.cache under names that depend on all that they are made of, so that the compiler is
 * loaded only for files that have changed: loading it takes longer than most tests.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)
/** The folder of the results. */
export const CACHE = new URL('node_modules/.cache/test-loader/', root)
const config = await readFile(new URL('tsconfig.json', root), 'utf8')
const tools = [
  await readFile(new URL('node_modules/typescript/package.json', root), 'utf8'),
  await readFile(new URL(import.meta.url), 'utf8'),
]

/**
 * The name of the result for a file.
 *
 * @param {URL} url - of the file
 * @param {string} text - its content
 */
export function nameOf(url, text) {
  return `${createHash('sha256')
    .update(JSON.stringify([url, text, config, tools]))
    .digest('hex')}.js`
}

/**
 * A file as JavaScript, with a source map in it.
 *
 * @param {URL} url - of the file
 * @param {string} text - its content
 */
export async function transpiled(url, text) {
  const result = new URL(nameOf(url, text), CACHE)
  try {
    return await readFile(result, 'utf8')
  } catch {
    const code = await transpile(fileURLToPath(url), text)
    await mkdir(CACHE, { recursive: true })
    const temporary = new URL(`${result.href}.${randomUUID()}`)
    await writeFile(temporary, code)
    await rename(temporary, result) // other processes read it
    return code
  }
}

/**
 * @param {string} fileName
 * @param {string} text
 */
async function transpile(fileName, text) {
  const { default: ts } = await import('typescript')
  const { compilerOptions } = ts.parseConfigFileTextToJson('tsconfig.json', config).config
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, fileURLToPath(root))
  return ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      ...options,
      module: ts.ModuleKind.ESNext, // a single file does not say that it is a module
      sourceMap: false,
      inlineSourceMap: true,
      inlineSources: true,
    },
  }).outputText
}
