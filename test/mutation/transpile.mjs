/**
 * The build command of Stryker's sandbox. Types are not checked: those of mutants are wrong on purpose.
 *
 * - Each TypeScript file of lib/ and test/ becomes JavaScript beside it.
 * - `dist` becomes another name of lib/, for tests that import the built package.
 * - tap becomes one file, `tap-bundle.mjs`: it loads in a third of the time of its many modules, for each mutant. `tap.mjs`
 *   chooses between both, since t.mockImport() works in the modules only.
 */
import { chmod, readFile, readdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { transformSync } from 'rolldown/utils'
import ts from 'typescript'

// Stryker makes the sandbox for its owner alone. Tests of file owners run as another user, who must reach their fixtures.
await chmod('.', 0o755)

const bundle = await rolldown({
  input: fileURLToPath(import.meta.resolve('tap')),
  platform: 'node',
  external: [/^node:/],
})
await bundle.write({ file: 'tap-bundle.mjs', format: 'esm', codeSplitting: false })
await bundle.close()
await writeFile(
  'tap.mjs',
  `const name = process.execArgv.includes('--import') ? 'tap' : './tap-bundle.mjs'
export const { t } = await import(name)
export default t
`,
)
const tap = JSON.stringify(resolve('tap.mjs'))

for (const folder of ['lib', 'test']) {
  for (const entry of await readdir(folder, { recursive: true })) {
    if (!entry.endsWith('.ts') || entry.endsWith('.d.ts')) continue
    const path = join(folder, entry)
    const code = transpile(path, await readFile(path, 'utf8'))
    await writeFile(path.replace(/\.ts$/, '.js'), code.replace(/(from |import\()["']tap["']/g, `$1${tap}`))
  }
}
await symlink('lib', 'dist')

/**
 * @param {string} path
 * @param {string} text
 */
function transpile(path, text) {
  const { code, errors } = transformSync(path, text, {
    target: 'es2023',
    typescript: { onlyRemoveTypeImports: true },
  })
  const [error] = errors
  if (error) throw error
  // Declarations with `using` need functions of a package that is not installed; TypeScript adds them to the file.
  if (!code.includes('@oxc-project/runtime')) return code
  return ts.transpileModule(text, {
    fileName: path,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  }).outputText
}
