/**
 * A process that runs tests with at most one mutant active: `ORDER=JSON node run-tests.mjs`, in Stryker's sandbox.
 *
 * - The mutant is active from the start of the process, so that it also takes effect in what modules do when they are loaded.
 *   Threads and processes started by the tests inherit it from the environment.
 * - A test is a top-level `t.test()` of a file. Tests that are not in the order are skipped.
 * - Events are written to the file descriptor 3, one JSON text a line, since a channel of node:child_process would keep the
 *   process alive: a test that never ends must let it end early, as in an ordinary run.
 * - With a mutant, the process ends at the first failed assertion, since tap gets TAP_BAIL. If all tests pass, it ends by itself,
 *   and its exit code is that of tap.
 * - Properties of fast-check have the same examples in each process, so that results can be repeated. A counterexample is not
 *   made smaller.
 */
import { readFileSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * @typedef {object} Order
 * @property {string[]} files - test files as JavaScript, in the order in which they are run
 * @property {string[]} [tests] - identifiers of the tests to run, in the order of each file; all by default
 * @property {string} [mutant] - the identifier of the active mutant
 * @property {number} [hitLimit] - after so many executions the mutant throws, since it is in an endless loop
 */

/**
 * @typedef {{ type: 'begin', test: string }
 *   | { type: 'end', test: string, timeMs: number, passed: boolean }
 *   | { type: 'done', coverage?: import('@stryker-mutator/api/core').MutantCoverage }} Event
 */

const LOG = 3

/** @type {Order} */
const { files, tests, mutant, hitLimit } = JSON.parse(process.env['ORDER'] ?? '')
delete process.env['ORDER']
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

/**
 * The tests of the current file that are to be run, by identifier.
 *
 * @type {Map<string, unknown[]>}
 */
const found = new Map()
let file = ''
const original = /** @type {(...args: unknown[]) => Promise<{ ok: boolean } | null>} */ (t.test.bind(t))

/**
 * Replaces `t.test` of the top level. A file must not await its result.
 *
 * @param {string} name
 * @param {...unknown} rest - options, if any, and the function
 */
function test(name, ...rest) {
  const id = `${file}#${name}`
  if (!expected || expected.has(id)) found.set(id, [name, ...rest])
  return Promise.resolve()
}

/**
 * The functions of `t.teardown` of the top level. They run after all files: tap would end the first file that has one as soon
 * as its tests are over, and skip the tests of all later files.
 *
 * @type {(() => unknown)[]}
 */
const teardowns = []
Object.assign(t, { test, teardown: (/** @type {() => unknown} */ end) => void teardowns.unshift(end) })

/** @param {string} id - of a test of the current file */
async function runTest(id) {
  const [name, ...rest] = found.get(id) ?? []
  const body = /** @type {(t: unknown) => unknown} */ (rest.pop())
  const startMs = performance.now()
  const [options] = /** @type {{ skip?: unknown }[]} */ (rest)
  let hasBegun = Boolean(options?.skip)
  const result = await original(name, ...rest, (/** @type {unknown} */ subtest) => {
    hasBegun = true
    state.currentTestId = id
    report({ type: 'begin', test: id })
    return body(subtest)
  })
  if (!hasBegun) throw new Error(`${id} was not run.`)
  report({ type: 'end', test: id, timeMs: performance.now() - startMs, passed: result?.ok !== false })
}

if (files.some((path) => readFileSync(path, 'utf8').includes("'fast-check'"))) {
  const { default: fc } = await import('fast-check')
  fc.configureGlobal({ seed: 1, endOnFailure: true })
}

for (file of files) {
  state.currentTestId = undefined
  found.clear()
  await import(pathToFileURL(file.replace(/\.ts$/, '.js')).href)
  const order = tests ? tests.filter((id) => found.has(id)) : [...found.keys()]
  for (const id of order) await runTest(id)
}
state.currentTestId = undefined
for (const end of teardowns) await end()
report({ type: 'done', ...(state.mutantCoverage && { coverage: state.mutantCoverage }) })
