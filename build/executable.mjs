/**
 * Builds the command as one file for machines without Node.js: `executable/glacier-pipe`, for the platform and with the
 * Node.js version that run this script. It is a single executable application, a copy of the `node` program with a script
 * inside.
 *
 * - The script has all modules and packages. `executable/LICENSES.txt` has the licences of all that is inside.
 * - The modules of `lib` that read files beside the code are replaced by modules that contain those files.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'rolldown'
import { licencesOf } from './licences.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const lib = join(root, 'lib')
const target = join(root, 'executable')
const executable = join(target, process.platform === 'win32' ? 'glacier-pipe.exe' : 'glacier-pipe')
/** Where the parts of the executable are made. */
const parts = join(target, 'parts')
/** The marker in the `node` program that postject changes: https://nodejs.org/api/single-executable-applications.html. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
/** The argument of the process that writes a mirror. It is the executable too. */
const MIRROR_PROCESS = '--mirror-process'
/**
 * The first module of the executable. If the event loop has nothing to do before the command has ended, the exit code is 13,
 * as for a module whose top-level `await` never ends.
 */
const START = `
  import { runProcess } from './cli/command-process.js'
  if (process.argv[2] === '${MIRROR_PROCESS}' && process.send) {
    void import('./catalog/mirror/mirror-child.js')
  } else {
    process.exitCode = 13
    void runProcess()
  }`

rmSync(target, { recursive: true, force: true })
mkdirSync(parts, { recursive: true })
const modules = await bundle('glacier-pipe.cjs', join(lib, 'start.ts'), {
  'start.ts': START,
  'catalog/mirror/mirror-module.ts': mirrorModule(),
  'tree-hash/hash-thread.ts': await hashThread(),
  'local/control/page-source.ts': pageSource(),
  'cli/version.ts': `export const version = ${JSON.stringify(packageVersion())}`,
})
writeFileSync(join(target, 'LICENSES.txt'), licencesOf(modules, root))
makeExecutable()
rmSync(parts, { recursive: true })
console.log(executable)

/** The module that starts hashing threads from a text. */
async function hashThread() {
  await bundle('hash-worker.cjs', join(lib, 'tree-hash/hash-worker.ts'), {})
  return `
    import { Worker } from 'node:worker_threads'
    const source = ${JSON.stringify(readFileSync(join(parts, 'hash-worker.cjs'), 'utf8'))}
    export function startHashThread() {
      return new Worker(source, { eval: true, execArgv: [] })
    }`
}

/** The module that starts the process that writes a mirror. */
function mirrorModule() {
  return `
    import { fork } from 'node:child_process'
    export function startMirrorProcess() {
      return fork('${MIRROR_PROCESS}', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
    }`
}

/** The module that has the files of the local vault's page. */
function pageSource() {
  const page = join(lib, 'local/page')
  const names = readdirSync(page, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.'))
  const files = names.map((name) => [name.replaceAll('\\', '/'), readFileSync(join(page, name), 'utf8')])
  return `
    const files = new Map(${JSON.stringify(files)})
    export async function readPageFile(name) {
      return Buffer.from(files.get(name))
    }`
}

/** @returns {string} */
function packageVersion() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
}

/**
 * Joins a module and all that it imports into one script, and returns the paths of the joined modules.
 *
 * @param {string} name - the name of the script
 * @param {string} start - the path of the module
 * @param {Record<string, string>} texts - by the paths of modules in `lib`, what is used instead of them
 */
async function bundle(name, start, texts) {
  const used = new Map(Object.entries(texts).map(([path, text]) => [join(lib, path), text]))
  const missing = new Set(used.keys())
  const { output } = await build({
    cwd: root,
    input: start,
    platform: 'node',
    logLevel: 'warn',
    plugins: [
      {
        name: 'replaced-modules',
        resolveId: (id) => (used.has(id) ? id : undefined),
        load: (id) => {
          missing.delete(id)
          return used.get(id)
        },
      },
    ],
    output: { file: join(parts, name), format: 'cjs', minify: true, codeSplitting: false },
  })
  if (missing.size > 0) throw new Error(`No module imports ${[...missing].join(', ')}.`)
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
}

/** Puts the script into a copy of the `node` program. */
function makeExecutable() {
  const config = join(parts, 'config.json')
  const blob = join(parts, 'glacier-pipe.blob')
  writeFileSync(
    config,
    JSON.stringify({
      main: join(parts, 'glacier-pipe.cjs'),
      output: blob,
      disableExperimentalSEAWarning: true,
      useCodeCache: true,
    }),
  )
  run(process.execPath, '--experimental-sea-config', config)
  copyFileSync(process.execPath, executable)
  chmodSync(executable, 0o755)
  const isMac = process.platform === 'darwin'
  // A signature does not survive the change. macOS runs no program without one.
  if (isMac) run('codesign', '--remove-signature', executable)
  const postject = [join(root, 'node_modules/postject/dist/cli.js'), executable, 'NODE_SEA_BLOB', blob]
  run(
    process.execPath,
    ...postject,
    '--sentinel-fuse',
    FUSE,
    ...(isMac ? ['--macho-segment-name', 'NODE_SEA'] : []),
  )
  if (isMac) run('codesign', '--sign', '-', executable)
}

/**
 * Runs a program without its output. If it fails, the error has what it wrote to stderr.
 *
 * @param {string} program
 * @param {string[]} args
 */
function run(program, ...args) {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
