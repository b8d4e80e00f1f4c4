/**
 * Builds what the package ships into `dist`; `prepack` runs it. `npm run build` writes the same entry points for
 * development: a file for each source file, with comments.
 *
 * - `tsc` checks the types and writes a module and a declaration for each source file into a temporary folder.
 * - rolldown joins the modules into a few files: the library (`core.js`), the command (`cli.js`), the local vault, and
 *   the files of the hashing threads and of the process that writes a mirror. It removes comments and shortens local
 *   names. Classes keep their names, for stack traces. Source maps lie beside the files, and each release has them as a file; the package does not contain them.
 * - rollup joins the declarations, with their documentation, and drops those that no entry point needs.
 *
 * The files whose path the code makes from `import.meta.url` have the same place, relative to the file with that code, as
 * in `lib`: `hash-worker.js` and `mirror-child.js` beside `core.js`, and `page` beside the folder `local`.
 *
 * `node build/package.mjs COMPILED TARGET` takes the files that `npm run build` has written into COMPILED, and writes into
 * TARGET.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { minifySync } from 'rolldown/utils'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** @type {{ dependencies: Record<string, string>, peerDependencies: Record<string, string> }} */
const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const external = [/^node:/, ...Object.keys(dependencies), ...Object.keys(peerDependencies)]
/** The public entry points, without their extension. */
const ENTRIES = ['index', 'tree-hash/index', 'catalog/index', 'local/index']

const [given, to = join(root, 'dist')] = process.argv.slice(2)
const target = resolve(to)
const compiled = given === undefined ? mkdtempSync(join(tmpdir(), 'glacier-pipe-build-')) : resolve(given)
try {
  if (given === undefined) compile()
  rmSync(target, { recursive: true, force: true })
  await bundleCode()
  await bundleDeclarations()
  copyPage()
  chmodSync(join(target, 'cli/bin.js'), 0o755)
} finally {
  if (given === undefined) rmSync(compiled, { recursive: true, force: true })
}

/** Compiles `lib`. */
function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', compiled], {
    cwd: root,
    stdio: 'inherit',
  })
}

/** Joins the modules. */
async function bundleCode() {
  const output = /** @type {const} */ ({
    dir: target,
    format: 'es',
    sourcemap: 'hidden',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minify: { compress: true, mangle: { keepNames: { class: true, function: false } }, codegen: true },
  })
  const options = /** @type {const} */ ({ cwd: compiled, platform: 'node', external, logLevel: 'warn' })
  await build({
    ...options,
    input: inputs([...ENTRIES, 'cli/bin'], '.js'),
    // Commands import functions of each other, so some are in the same file although they are imported when they run.
    checks: { ineffectiveDynamicImport: false },
    output: {
      ...output,
      codeSplitting: {
        groups: [
          // The agent of proxies stays apart: it loads packages that only programs behind a proxy need.
          { name: 'core', test: (id) => !/\/(?:cli|local|client\/proxy)\//.test(relativeId(id)) },
          { name: 'cli', test: (id) => /^\/cli\/(?!bin\.)/.test(relativeId(id)) },
        ],
      },
    },
  })
  // A thread, or the process that writes a mirror, loads only what it needs.
  for (const path of ['tree-hash/hash-worker.js', 'catalog/mirror/mirror-child.js'])
    await build({ ...options, input: { [basename(path, '.js')]: join(compiled, path) }, output })
}

/** Joins the declarations. */
async function bundleDeclarations() {
  const bundle = await rollup({ input: inputs(ENTRIES, '.d.ts'), plugins: [dts()], external })
  await bundle.write({
    dir: target,
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'shared/[name].ts',
  })
  await bundle.close()
}

/** Copies the files of the local vault's page, with shorter scripts. */
function copyPage() {
  const page = join(target, 'page')
  cpSync(join(root, 'lib/local/page'), page, { recursive: true })
  for (const name of readdirSync(page, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js')) continue
    const file = join(page, name)
    const { code, errors } = minifySync(name, readFileSync(file, 'utf8'), { module: true })
    if (errors.length > 0) throw new Error(`${name}: ${errors.map(({ message }) => message).join('; ')}`)
    writeFileSync(file, code)
  }
}

/**
 * The compiled files by their names in the package.
 *
 * @param {readonly string[]} names
 * @param {string} extension
 */
function inputs(names, extension) {
  return Object.fromEntries(names.map((name) => [name, join(compiled, name + extension)]))
}

/**
 * The path of a compiled module below the folder of all, with slashes.
 *
 * @param {string} id
 */
function relativeId(id) {
  return id.slice(compiled.length).replaceAll('\\', '/')
}
