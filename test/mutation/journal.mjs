/**
 * The results of earlier runs, so that a run that was stopped continues, and a later one repeats only what may have changed.
 *
 * - A mutant is known by its file with its content, its place and its replacement: a change of a file tests all its mutants
 *   again. Changes of other files of lib/ do not; `--fresh` tests everything again.
 * - A killed mutant stays killed while the test that found it is the same, with the code of its file that is outside of tests
 *   and the helpers that it imports.
 * - A mutant survives while all the test files that execute it are the same.
 */
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { withHelpers } from './folders.mjs'

/** @typedef {import('@stryker-mutator/api/test-runner').MutantRunResult} Result */

/** Hashes of files of lib and of tests. Those of tests are read from the sandbox, since a run uses the tests that it began with. */
export class Fingerprints {
  /** @type {Map<string, string>} */
  #known = new Map()
  #root

  /**
   * @param {string} root - the folder with the original files, with a slash at its end
   * @param {string} folder - the folder of lib whose files are read at once, before they change
   */
  constructor(root, folder) {
    this.#root = root
    for (const entry of readdirSync(`${root}lib/${folder}`, { recursive: true, encoding: 'utf8' }))
      if (entry.endsWith('.ts')) this.ofFile(`lib/${folder}/${entry}`)
  }

  /** @param {string} path - from the root of the project */
  ofFile(path) {
    return this.#once(path, () => this.#read(path))
  }

  /** @param {string} path - a test file, from the root of the project */
  ofTestFile(path) {
    return this.#once(`${path} with helpers`, () =>
      withHelpers(path, (file) => this.#read(file))
        .map((file) => this.ofFile(file))
        .join(),
    )
  }

  /** @param {string} id - of a test, FILE#NAME */
  ofTest(id) {
    return this.#once(id, () => {
      const [path, name] = [id.slice(0, id.indexOf('#')), id.slice(id.indexOf('#') + 1)]
      const [, ...helpers] = withHelpers(path, (file) => this.#read(file))
      const [outside = '', ...tests] = this.#read(path).split(/^(?=t\.test\()/m)
      const own = tests.find((text) => text.includes(name) || text.includes(name.replaceAll("'", "\\'")))
      const code = own === undefined ? tests : [own]
      return [
        outside.replace(/^import [^]*?from '.*'$/gm, ''),
        ...code,
        ...helpers.map((file) => this.ofFile(file)),
      ].join()
    })
  }

  /** @param {string} path */
  #read(path) {
    return readFileSync(path.startsWith('test/') ? path : this.#root + path, 'utf8')
  }

  /**
   * @param {string} key
   * @param {() => string} text
   */
  #once(key, text) {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const hash = createHash('sha256').update(text()).digest('hex').slice(0, 16)
    this.#known.set(key, hash)
    return hash
  }
}

export class Journal {
  /** @type {Map<string, { tests: string, result: Result }>} */
  #results = new Map()
  #path

  /** @param {string} path - of the file with the results */
  constructor(path) {
    this.#path = path
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) return
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      // A process that was killed may have left half a line.
      if (!line.endsWith('}')) continue
      const { key, ...entry } = JSON.parse(line)
      this.#results.set(key, entry)
    }
  }

  /**
   * The result of an earlier run, if it holds.
   *
   * @param {string} key - of the mutant
   * @param {(result: Result) => string} testsOf - the fingerprint of the tests that decide such a result
   */
  find(key, testsOf) {
    const entry = this.#results.get(key)
    return entry && entry.tests === testsOf(entry.result) ? entry.result : undefined
  }

  /**
   * @param {string} key
   * @param {string} tests
   * @param {Result} result
   */
  add(key, tests, result) {
    appendFileSync(this.#path, `${JSON.stringify({ key, tests, result })}\n`)
  }
}
