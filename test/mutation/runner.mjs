/**
 * The test runner of Stryker for the tests of this project.
 *
 * - Each mutant gets a fresh process, so that no mutant sees what another left behind, and those of module initialization take
 *   effect as all others.
 * - A test is a top-level test of a file. A mutant is tested by those that execute it, those of its own module first, until one
 *   fails.
 * - What threads and other processes execute is not counted. A mutant that no test executes in its own process is therefore
 *   tested by all.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { PluginKind, commonTokens, declareClassPlugin } from '@stryker-mutator/api/plugin'
import { DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner'
import { FOLDERS, testFilesOf } from './folders.mjs'
import { Fingerprints, Journal } from './journal.mjs'
import { runTests } from './test-process.mjs'

/** @typedef {import('@stryker-mutator/api/test-runner').MutantRunResult} Result */

/** For the first run of a test file, without a mutant. */
const DRY_RUN_TIMEOUT_MS = 240_000
/** The start of a process, or of a file of tests, on a busy machine. */
const START_MS = 20_000
/** A test may take so many times as long as without a mutant. */
const SLOWNESS = 5

class Runner {
  /** @type {[typeof commonTokens.options]} */
  static inject = [commonTokens.options]
  /** How long each test takes without a mutant. @type {Map<string, number>} */
  #times = new Map()
  #folder
  #root
  #journal
  #fingerprints

  /** @param {import('@stryker-mutator/api/core').StrykerOptions} options */
  constructor(options) {
    const folder = FOLDERS.find((name) => name === options['folder'])
    if (folder === undefined) throw new Error('The options have no folder: run npm run mutate -- FOLDER.')
    this.#folder = folder
    // The current directory is the sandbox.
    this.#root = /** @type {string} */ (options['root'])
    this.#journal = new Journal(`${this.#root}.mutation/${folder}.jsonl`)
    this.#fingerprints = new Fingerprints(this.#root, folder)
  }

  capabilities() {
    return { reloadEnvironment: true }
  }

  /** @returns {Promise<import('@stryker-mutator/api/test-runner').DryRunResult>} */
  async dryRun() {
    /** @type {import('@stryker-mutator/api/test-runner').TestResult[]} */
    const tests = []
    /** @type {import('@stryker-mutator/api/core').MutantCoverage} */
    const coverage = { static: {}, perTest: {} }
    for (const file of testFilesOf(this.#folder)) {
      const { events, passed, output } = await runTests({ files: [file] }, () => DRY_RUN_TIMEOUT_MS)
      const last = events.at(-1)
      if (!passed || last?.type !== 'done') {
        return { status: DryRunStatus.Error, errorMessage: `${file} fails without a mutant.\n${output}` }
      }
      for (const event of events) {
        if (event.type !== 'end') continue
        const { test: id, timeMs } = event
        this.#times.set(id, timeMs)
        const name = id.slice(id.indexOf('#') + 1)
        tests.push({ id, name, timeSpentMs: timeMs, status: TestStatus.Success, fileName: resolve(file) })
        // What is executed while the modules are loaded affects all tests of the file.
        coverage.perTest[id] = { ...last.coverage?.static, ...last.coverage?.perTest[id] }
      }
    }
    // The same way as with a mutant: a failure that has another cause would count as a mutant found.
    const control = await runTests(
      { files: testFilesOf(this.#folder), tests: [...this.#times.keys()], mutant: 'none', hitLimit: 1 },
      () => DRY_RUN_TIMEOUT_MS,
    )
    if (!control.passed) {
      return { status: DryRunStatus.Error, errorMessage: `The tests fail together.\n${control.output}` }
    }
    addUncounted(coverage, this.#folder)
    return { status: DryRunStatus.Complete, tests, mutantCoverage: coverage }
  }

  /**
   * @param {import('@stryker-mutator/api/test-runner').MutantRunOptions} options
   * @returns {Promise<Result>}
   */
  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    const tests = this.#inOrder(testFilter ?? [...this.#times.keys()], activeMutant.fileName)
    const files = [...new Set(tests.map(fileOf))]
    const key = this.#keyOf(activeMutant)
    const testsOf = (/** @type {Result} */ result) =>
      result.status === MutantRunStatus.Killed
        ? result.killedBy.map((id) => this.#fingerprints.ofTest(id)).join()
        : files
            .toSorted()
            .map((file) => this.#fingerprints.ofTestFile(file))
            .join()
    const known = this.#journal.find(key, testsOf)
    if (known) return known
    /** @type {import('./test-process.mjs').LimitOf} */
    const limitMsOf = (event) =>
      START_MS + (event?.type === 'begin' ? SLOWNESS * (this.#times.get(event.test) ?? 0) : 0)
    const { events, passed, timedOut, output } = await runTests(
      { files, tests, mutant: activeMutant.id, ...(hitLimit !== undefined && { hitLimit }) },
      limitMsOf,
    )
    const nrOfTests = events.filter(({ type }) => type === 'end').length
    const last = events.at(-1)
    /** @type {Result} */
    let result
    if (passed) result = { status: MutantRunStatus.Survived, nrOfTests }
    else if (timedOut) result = { status: MutantRunStatus.Timeout }
    else {
      // A process that ends before its first test cannot load the first file.
      const test = last && last.type !== 'done' ? last.test : (tests[0] ?? '')
      const failureMessage = output.slice(-2000)
      result = { status: MutantRunStatus.Killed, killedBy: [test], failureMessage, nrOfTests }
    }
    this.#journal.add(key, testsOf(result), result)
    return result
  }

  /** @param {import('@stryker-mutator/api/core').Mutant} mutant */
  #keyOf({ fileName, location: { start, end }, mutatorName, replacement }) {
    const file = relative(this.#root, fileName)
    const place = `${start.line}:${start.column}-${end.line}:${end.column}`
    return [file, this.#fingerprints.ofFile(file), place, mutatorName, replacement].join(' ')
  }

  /**
   * The test file of the same name as the module first, then those that take the least time, and so with the tests of a file.
   *
   * @param {string[]} tests
   * @param {string} module - the path of the file with the mutant
   */
  #inOrder(tests, module) {
    const name = module.replace(/^.*\/|\.ts$/g, '')
    /** @type {Map<string, number>} */
    const costs = new Map()
    for (const id of tests) {
      const file = fileOf(id)
      const costMs = (costs.get(file) ?? 0) + (this.#times.get(id) ?? 0)
      costs.set(file, file.endsWith(`/${name}.test.ts`) ? -1 : costMs)
    }
    const costOf = (/** @type {string} */ id) => [costs.get(fileOf(id)) ?? 0, this.#times.get(id) ?? 0]
    return tests.toSorted((a, b) => {
      const [[fileA = 0, testA = 0], [fileB = 0, testB = 0]] = [costOf(a), costOf(b)]
      return fileA === fileB ? testA - testB : fileA - fileB
    })
  }
}

/** @param {string} test - its identifier, FILE#NAME */
function fileOf(test) {
  return test.slice(0, test.indexOf('#'))
}

/**
 * Lets all tests cover the mutants that none covers.
 *
 * @param {import('@stryker-mutator/api/core').MutantCoverage} coverage
 * @param {string} folder
 */
function addUncounted({ perTest }, folder) {
  const counted = new Set(Object.values(perTest).flatMap((hits) => Object.keys(hits)))
  const all = new Set(instrumentedMutants(folder))
  for (const hits of Object.values(perTest)) {
    for (const id of all) if (!counted.has(id)) hits[id] = 1
  }
}

/**
 * The identifiers of all mutants in the sandbox.
 *
 * @param {string} folder
 */
function* instrumentedMutants(folder) {
  for (const entry of readdirSync(`lib/${folder}`, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts')) continue
    const text = readFileSync(`lib/${folder}/${entry}`, 'utf8')
    for (const [, id = ''] of text.matchAll(/stryMutAct_\w+\("(\d+)"\)/g)) yield id
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'by-process', Runner)]
