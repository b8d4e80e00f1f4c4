/**
 * Starts processes of run-tests.mjs and reads their events.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { clearTimeout, setTimeout } from 'node:timers'
import { fileURLToPath } from 'node:url'

/** @typedef {import('./run-tests.mjs').Order} Order */
/** @typedef {import('./run-tests.mjs').Event} Event */

/**
 * How a process ended.
 *
 * @typedef {object} Outcome
 * @property {Event[]} events - what it reported
 * @property {boolean} passed - all its tests passed, and it ended by itself with the exit code 0
 * @property {boolean} timedOut - it was stopped at the time limit
 * @property {string} output - the end of what it wrote to stdout and stderr
 */

/**
 * Decides how long a process may take until its next event.
 *
 * @callback LimitOf
 * @param {Event | undefined} event - the last event; `undefined` when the process is started
 * @returns {number} milliseconds, after which the process and all that it started are stopped
 */

const SCRIPT = fileURLToPath(new URL('run-tests.mjs', import.meta.url))
/** Lets t.mockImport() replace modules. */
const MOCK_LOADER = import.meta.resolve('@tapjs/mock/import')

/**
 * Runs tests in processes of their own: those that replace modules in one, the others in another, which starts faster. The
 * process with the first file is the first, and the second is started only if all tests of the first have passed.
 *
 * @param {Order} order
 * @param {LimitOf} limitMsOf
 * @returns {Promise<Outcome>}
 */
export async function runTests(order, limitMsOf) {
  const [first = '', ...others] = order.files
  const isFirst = replacesModules(first)
  const group = [first, ...others.filter((file) => replacesModules(file) === isFirst)]
  const rest = others.filter((file) => replacesModules(file) !== isFirst)
  const outcome = await runProcess({ ...order, files: group }, isFirst, limitMsOf)
  if (rest.length === 0 || !outcome.passed) return outcome
  const last = await runProcess({ ...order, files: rest }, !isFirst, limitMsOf)
  return { ...last, events: [...outcome.events, ...last.events] }
}

/** @param {string} file */
function replacesModules(file) {
  return readFileSync(file, 'utf8').includes('mockImport')
}

/**
 * @param {Order} order
 * @param {boolean} mocks - whether tests replace modules
 * @param {LimitOf} limitMsOf
 * @returns {Promise<Outcome>}
 */
async function runProcess(order, mocks, limitMsOf) {
  const child = spawn(process.execPath, [...(mocks ? ['--import', MOCK_LOADER] : []), SCRIPT], {
    env: {
      ...process.env,
      ORDER: JSON.stringify(order),
      TAP_TIMEOUT: '0',
      ...(order.mutant !== undefined && { TAP_BAIL: '1' }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  let timedOut = false
  const stop = () => {
    timedOut = true
    stopGroup(child.pid)
  }
  let timer = setTimeout(stop, limitMsOf(undefined))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-20_000)))
  }
  /** @type {Event[]} */
  const events = []
  const log = /** @type {import('node:stream').Readable} */ (child.stdio[3])
  createInterface({ input: log }).on('line', (line) => {
    const event = JSON.parse(line)
    events.push(event)
    clearTimeout(timer)
    if (child.exitCode === null) timer = setTimeout(stop, limitMsOf(event))
  })
  /** @type {number | null} */
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => {
      stopGroup(child.pid) // what the tests started and did not stop
    })
    child.once('close', resolve)
  })
  clearTimeout(timer)
  const passed = code === 0 && events.at(-1)?.type === 'done'
  return { events, passed, timedOut, output }
}

/** @param {number | undefined} pid - of the process that leads the group */
function stopGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // The group has ended already.
  }
}
