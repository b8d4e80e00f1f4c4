/** Runs the program, or the command, in one environment. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {import('./environments.mjs').Command} Command */

/**
 * The standard output of a command, as text and as bytes, and its error if it failed.
 *
 * @typedef {{ stdout: string, bytes: Buffer, error?: string }} Output
 */

/** Milliseconds after which a step counts as hanging. */
const MAX_STEP_MS = 120_000

/**
 * The version of an environment; `undefined` if it is not installed.
 *
 * @param {import('./environments.mjs').Environment} environment
 * @param {string} cwd
 * @returns {string | undefined}
 */
export function versionOf({ version, tool }, cwd) {
  try {
    if (tool) return JSON.parse(readFileSync(join(cwd, 'node_modules', tool, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
  if (!version) return undefined
  const { status, stdout } = spawnSync(version[0], version.slice(1), { cwd, encoding: 'utf8' })
  return status === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined
}

/**
 * Builds and runs the program. Whether threads hashed is known only if the runtime reports new threads.
 *
 * @param {import('./environments.mjs').Environment} environment
 * @param {string} cwd
 * @returns {Promise<{ threads?: string, error?: string }>}
 */
export async function runProgram({ build = [], run }, cwd) {
  for (const step of build) {
    const { error } = await execute(step, cwd)
    if (error) return { error: `build: ${error}` }
  }
  const { stdout, error } = await execute(run, cwd)
  if (error) return { error }
  const result = /RESULT (\{.*\})/.exec(stdout)?.[1]
  if (!result) return { error: `no result: ${stdout}` }
  /** @type {{ threads: { answers: number, failures: number }, warnings: string[] }} */
  const { threads, warnings } = JSON.parse(result)
  if (threads.answers > 0) return { threads: 'yes' }
  return {
    threads:
      threads.failures > 0 || warnings.some((code) => code.startsWith('GLACIER_PIPE')) ? 'no' : 'not known',
  }
}

/**
 * Stores bytes with the command, and retrieves them.
 *
 * @param {Command} command
 * @param {string} cwd
 * @returns {Promise<{ error?: string }>}
 */
export async function runCommand(command, cwd) {
  const dir = join(cwd, 'command')
  rmSync(dir, { recursive: true, force: true })
  const location = ['--local-dir', join(dir, 'vaults')]
  const env = { ...process.env, XDG_DATA_HOME: dir, XDG_STATE_HOME: dir }
  const version = await execute([...command, '--version'], cwd, { env })
  if (version.error) return version
  if (!/^\d+\.\d+\.\d+/.test(version.stdout)) return { error: `--version: ${version.stdout}` }
  const bytes = randomBytes(5 * 2 ** 20 + 1)
  const put = await execute([...command, 'put', ...location, 'consumers'], cwd, { input: bytes, env })
  if (put.error) return { error: `put: ${put.error}` }
  const get = await execute([...command, 'get', ...location, 'consumers', '--', put.stdout.trim()], cwd, {
    env,
  })
  if (get.error) return { error: `get: ${get.error}` }
  return get.bytes.equals(bytes) ? {} : { error: 'get: the bytes differ from those stored' }
}

/**
 * Runs a command to its end.
 *
 * @param {Command} command
 * @param {string} cwd
 * @param {object} [options]
 * @param {Buffer} [options.input] - its standard input
 * @param {NodeJS.ProcessEnv} [options.env]
 * @returns {Promise<Output>}
 */
function execute([file, ...args], cwd, { input, env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, timeout: MAX_STEP_MS, killSignal: 'SIGKILL' })
    /** @type {Buffer[]} */
    const out = []
    /** @type {Buffer[]} */
    const err = []
    child.stdout.on('data', (chunk) => out.push(chunk))
    child.stderr.on('data', (chunk) => err.push(chunk))
    child.stdin.on('error', () => undefined) // the process has ended: its exit code reports it
    child.on('error', (error) => resolve({ stdout: '', bytes: Buffer.alloc(0), error: error.message }))
    child.on('close', (code, signal) => {
      const bytes = Buffer.concat(out)
      const stdout = bytes.toString()
      const end = signal ? 'hangs' : `exit code ${code}`
      if (code === 0) resolve({ stdout, bytes })
      else resolve({ stdout, bytes, error: `${end}: ${Buffer.concat(err)}${stdout}` })
    })
    child.stdin.end(input)
  })
}
