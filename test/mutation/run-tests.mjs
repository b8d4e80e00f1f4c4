/**
 * A process that runs tests with at most one mutant active: `node run-tests.mjs ORDER`, in Stryker's sandbox.
 *
 * - The mutant is active from the start of the process, so that it also takes effect in what modules do when they are loaded.
 *   Threads and processes started by the tests inherit it from the environment.
 * - A test is a top-level `t.test()` of a file. Tests that are not in the order are skipped.
 * - Events are written to the file descriptor 3, one JSON text a line, since a channel of node:child_process would keep the
 *   process alive: a test that never ends must let it end early, as in an ordinary run.
 * - The process ends at the first failed test. If none fails, it ends by itself, and its exit code is that of tap.
 */
import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * @typedef {object} Order
 * @property {string[]} files - test files as JavaScript, in the order in which they are run
 * @property {string[]} [tests] - identifiers of the tests to run; all by default
 * @property {string} [mutant] - the identifier of the active mutant
 * @property {number} [hitLimit] - after so many executions the mutant counts as an endless loop
 */

/**
 * @typedef {{ type: 'begin', test: string }
 *   | { type: 'end', test: string, timeMs: number, passed: boolean, isLoop: boolean }
 *   | { type: 'done', coverage?: import('@stryker-mutator/api/core').MutantCoverage }} Event
 */

const LOG = 3

/** @type {Order} */
const { files, tests, mutant, hitLimit } = JSON.parse(process.argv[2] ?? '')
const expected = tests && new Set(tests)

/** The state that the instrumented code reads: @stryker-mutator/instrumenter documents it. */
const state = {
  activeMutant: mutant,
  hitCount: mutant === undefined ? undefined : 0,
  hitLimit: hitLimit ?? Infinity,
  currentTestId: /** @type {string | undefined} */ (undefined),
  mutantCoverage: /** @type {import('@stryker-mutator/api/core').MutantCoverage | undefined} */ (undefined),
}
Object.assign(globalThis, { __stryker__: state })
if (mutant !== undefined) process.env['__STRYKER_ACTIVE_MUTANT__'] = mutant

/** @param {Event} event */
function report(event) {
  writeSync(LOG, `${JSON.stringify(event)}\n`)
}

// tap names the folders of t.testdir() after the script.
process.argv[1] = files[0] ?? ''
/** @type {typeof import('tap')} */
const { t } = await import(resolve('tap.mjs'))

/** The tests of the current file, each of which resolves when it has ended. */
let running = /** @type {Promise<unknown>[]} */ ([])
let file = ''
const original = t.test.bind(t)

/**
 * Replaces `t.test` of the top level.
 *
 * @param {string} name
 * @param {...unknown} rest - options, if any, and the function
 */
function test(name, ...rest) {
  const id = `${file}#${name}`
  if (expected && !expected.has(id)) return Promise.resolve()
  const body = /** @type {(t: unknown) => unknown} */ (rest.pop())
  let startMs = 0
  const ended = original(name, .../** @type {[]} */ (rest), (/** @type {unknown} */ subtest) => {
    startMs = performance.now()
    state.currentTestId = id
    report({ type: 'begin', test: id })
    return body(subtest)
  })
  const reported = ended.then((result) => {
    const passed = result?.ok !== false
    const isLoop = (state.hitCount ?? 0) > state.hitLimit
    report({ type: 'end', test: id, timeMs: performance.now() - startMs, passed, isLoop })
    if (!passed && mutant !== undefined) process.kill(process.pid, 'SIGKILL')
  })
  running.push(reported)
  return ended
}
Object.assign(t, { test })

for (file of files) {
  state.currentTestId = undefined
  await import(pathToFileURL(file.replace(/\.ts$/, '.js')).href)
  await Promise.all(running)
  running = []
}
state.currentTestId = undefined
report({ type: 'done', ...(state.mutantCoverage && { coverage: state.mutantCoverage }) })
