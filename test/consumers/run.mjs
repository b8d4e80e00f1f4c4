/** Runs the program, or the command, in one environment. */
import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds after which a step is taken for hanging. */
const LIMIT_MS = 120_000

/** The version of an environment; `undefined` where it is not installed. */
export function versionOf({ version, tool }, cwd) {
  try {
    if (tool) return JSON.parse(readFileSync(join(cwd, 'node_modules', tool, 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
  const { status, stdout } = spawnSync(version[0], version.slice(1), { cwd, encoding: 'utf8' })
  return status === 0 ? /\d+\.\d+\.\d+/.exec(stdout)?.[0] : undefined
}

/** Builds and runs the program. Whether threads hashed is only known where the runtime reports new threads. */
export async function runProgram({ build = [], run }, cwd) {
  for (const step of build) {
    const { error } = await execute(step, cwd)
    if (error) return { error: `build: ${error}` }
  }
  const { stdout, error } = await execute(run, cwd)
  if (error) return { error }
  const result = /RESULT (\{.*\})/.exec(stdout)?.[1]
  if (!result) return { error: `no result: ${stdout}` }
  const { threads, warnings } = JSON.parse(result)
  if (threads.answers > 0) return { threads: 'yes' }
  return {
    threads:
      threads.failures > 0 || warnings.some((code) => code.startsWith('GLACIER_PIPE')) ? 'no' : 'not known',
  }
}

/** Pipes bytes into the command, and back out of it. */
export async function runCommand(command, cwd) {
  const dir = join(cwd, 'command')
  rmSync(dir, { recursive: true, force: true })
  const where = ['--local-dir', join(dir, 'vaults')]
  const env = { ...process.env, XDG_DATA_HOME: dir, XDG_STATE_HOME: dir }
  const version = await execute([...command, '--version'], cwd, { env })
  if (version.error) return version
  if (!/^\d+\.\d+\.\d+/.test(version.stdout)) return { error: `--version: ${version.stdout}` }
  const bytes = randomBytes(5 * 2 ** 20 + 1)
  const put = await execute([...command, 'put', ...where, 'consumers'], cwd, { input: bytes, env })
  if (put.error) return { error: `put: ${put.error}` }
  const get = await execute([...command, 'get', ...where, 'consumers', '--', put.stdout.trim()], cwd, { env })
  if (get.error) return { error: `get: ${get.error}` }
  return get.bytes.equals(bytes) ? {} : { error: 'get: other bytes' }
}

function execute([file, ...args], cwd, { input, env } = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd, env, timeout: LIMIT_MS, killSignal: 'SIGKILL' })
    const out = []
    const err = []
    child.stdout.on('data', (chunk) => out.push(chunk))
    child.stderr.on('data', (chunk) => err.push(chunk))
    child.stdin.on('error', () => undefined) // it has ended, which its exit code tells
    child.on('error', (error) => resolve({ error: error.message }))
    child.on('close', (code, signal) => {
      const bytes = Buffer.concat(out)
      const stdout = bytes.toString()
      if (code === 0) resolve({ stdout, bytes })
      else resolve({ error: `${signal ? 'hangs' : `exit code ${code}`}: ${Buffer.concat(err)}${stdout}` })
    })
    child.stdin.end(input)
  })
}
