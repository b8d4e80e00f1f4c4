/**
 * The environments in which the packed package is run: each with the packages it needs, and how the program is built
 * and started there. Versions are pinned, so that a row changes only because of this package.
 */

/** @typedef {readonly [string, ...string[]]} Command */

/**
 * @typedef {object} Environment
 * @property {string} name
 * @property {Command} [version] - prints its version
 * @property {string} [tool] - the package whose version it has, instead of `version`
 * @property {Command[]} [build] - builds the program, one step after the other
 * @property {Command} run - runs the program
 * @property {Command} [command] - runs glacier-pipe; not given if the command is not tested there
 */

const platform = `${process.platform}-${process.arch}`

/** Everything to install beside the package, by name in `node_modules`. */
export const TOOLS = {
  '@rollup/plugin-commonjs': '29.0.3',
  '@rollup/plugin-json': '6.1.0',
  '@rollup/plugin-node-resolve': '16.0.3',
  '@types/node': '22.20.5',
  bun: '1.4.5',
  deno: '2.9.6',
  esbuild: '0.28.2',
  jest: '30.5.2',
  node22: `npm:node-${platform}@22.23.3`,
  node24: `npm:node-${platform}@24.21.0`,
  node26: `npm:node-${platform}@26.10.0`,
  rollup: '4.68.8',
  typescript: '6.0.3',
  vitest: '4.1.12',
  webpack: '5.112.2',
}

const thisNode = process.execPath
const bin = (/** @type {string} */ name) => `node_modules/.bin/${name}`
const command = 'node_modules/glacier-pipe/dist/cli/bin.js'

/**
 * @param {string} name
 * @param {string} executable
 * @returns {Environment}
 */
const node = (name, executable) => ({
  name,
  version: [executable, '--version'],
  run: [executable, 'program.mjs'],
  command: [executable, command],
})

/** The file that hashing threads run. It is an entry of its own: it must be beside the bundle, under this name. */
const worker = 'node_modules/glacier-pipe/dist/hash-worker.js'
const workerEntry = `hash-worker=${worker}`

/**
 * @param {string} name
 * @param {string} tool
 * @param {Command} build
 * @param {string} output
 * @returns {Environment}
 */
const bundler = (name, tool, build, output) => ({ name, tool, build: [build], run: [thisNode, output] })

/**
 * @param {string} format
 * @param {string} outdir
 * @param {string[]} options
 * @returns {Command}
 */
const esbuild = (format, outdir, ...options) => [
  bin('esbuild'),
  ...[
    'program.mjs',
    '--bundle',
    '--platform=node',
    '--log-level=error',
    `--format=${format}`,
    `--outdir=${outdir}`,
    ...options,
  ],
]

/**
 * @param {string} name
 * @param {string[]} options
 * @param {string} source
 * @returns {Environment}
 */
const typescript = (name, options, source) => ({
  name: `TypeScript, ${name}`,
  tool: 'typescript',
  build: [
    [
      bin('tsc'),
      ...[source, '--ignoreConfig', '--strict', '--exactOptionalPropertyTypes', '--types', 'node'],
      ...['--skipLibCheck', 'false', '--target', 'es2023', '--outDir', `out-ts-${name}`, ...options],
    ],
  ],
  run: [thisNode, `out-ts-${name}/${source.replace('ts', 'js')}`],
})

/**
 * The environments, in the order of the table.
 *
 * @type {Environment[]}
 */
export const ENVIRONMENTS = [
  node('Node, ESM', thisNode),
  { name: 'Node, `require`', version: [thisNode, '--version'], run: [thisNode, 'program.cjs'] },
  ...['22', '24', '26'].map((major) => node(`Node ${major}, ESM`, `node_modules/node${major}/bin/node`)),
  {
    name: 'Bun',
    version: [bin('bun'), '--version'],
    run: [bin('bun'), 'program.mjs'],
    command: [bin('bun'), command],
  },
  {
    name: 'Deno',
    version: [bin('deno'), '--version'],
    run: [bin('deno'), 'run', '-A', 'program.mjs'],
    command: [bin('deno'), 'run', '-A', command],
  },
  typescript('nodenext', ['--module', 'nodenext'], 'program.mts'),
  typescript('bundler', ['--module', 'esnext', '--moduleResolution', 'bundler'], 'program.mts'),
  bundler(
    'esbuild, ESM, `--main-fields=module,main`',
    'esbuild',
    esbuild('esm', 'out-esm', '--main-fields=module,main', workerEntry),
    'out-esm/program.js',
  ),
  bundler(
    'esbuild, ESM, `--packages=external`',
    'esbuild',
    esbuild('esm', 'out-external', '--packages=external'),
    'out-external/program.js',
  ),
  bundler('esbuild, CommonJS', 'esbuild', esbuild('cjs', 'out-cjs', workerEntry), 'out-cjs/program.js'),
  bundler(
    'esbuild, CommonJS, `import.meta.url` defined',
    'esbuild',
    esbuild(
      'cjs',
      'out-cjs-url',
      workerEntry,
      '--define:import.meta.url=importMetaUrl',
      "--banner:js=const importMetaUrl = require('node:url').pathToFileURL(__filename).href",
    ),
    'out-cjs-url/program.js',
  ),
  bundler(
    'rollup',
    'rollup',
    [bin('rollup'), '--silent', '-c', 'rollup.config.mjs'],
    'out-rollup/program.js',
  ),
  bundler('webpack', 'webpack', [thisNode, 'webpack.build.mjs'], 'out-webpack/program.js'),
  {
    name: 'jest, native ESM',
    tool: 'jest',
    run: [thisNode, '--experimental-vm-modules', bin('jest'), '--silent=false', 'jest-esm.test.mjs'],
  },
  {
    name: 'jest, CommonJS, Node 24',
    tool: 'jest',
    run: [
      'node_modules/node24/bin/node',
      '--experimental-vm-modules',
      bin('jest'),
      '--silent=false',
      'jest-cjs.test.cjs',
    ],
  },
  {
    name: 'vitest',
    tool: 'vitest',
    run: [thisNode, bin('vitest'), 'run', 'vitest.spec', '--disable-console-intercept', 'vitest.spec.mjs'],
  },
]

/** Files that environments need in addition to the variants of the program. */
export const FILES = {
  'rollup.config.mjs': `
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import nodeResolve from '@rollup/plugin-node-resolve'
export default {
  input: { program: 'program.mjs', 'hash-worker': '${worker}' },
  plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()],
  output: { dir: 'out-rollup', format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
}
`,
  'webpack.build.mjs': `
import { resolve } from 'node:path'
import webpack from 'webpack'
webpack(
  {
    mode: 'production',
    target: 'node20',
    entry: { program: './program.mjs', 'hash-worker': './${worker}' },
    experiments: { outputModule: true },
    module: { parser: { javascript: { importMeta: false } } },
    output: { path: resolve('out-webpack'), filename: '[name].js', module: true, chunkFormat: 'module' },
  },
  (error, stats) => {
    if (error || stats.hasErrors()) {
      console.error(String(error ?? stats.toString('errors-only')))
      process.exitCode = 1
    }
  },
)
`,
  ...Object.fromEntries(
    ['out-esm', 'out-external', 'out-rollup', 'out-webpack'].map((out) => [
      `${out}/package.json`,
      '{ "type": "module" }',
    ]),
  ),
  'out-cjs/package.json': '{ "type": "commonjs" }',
  'out-cjs-url/package.json': '{ "type": "commonjs" }',
  'jest.config.json': JSON.stringify({
    testEnvironment: 'node',
    transform: {},
    testMatch: ['**/jest-*.test.*'],
    moduleFileExtensions: ['js', 'mjs', 'cjs', 'json'],
  }),
}
