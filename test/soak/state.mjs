/**
 * What has been stored, what is not finished, and what was wrong: the state that the workers of the soak share.
 */
import { join } from 'node:path'
import { sha256, sourceBytes } from './random.mjs'

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./commands.mjs').Run} Run */
/** @typedef {import('./server.mjs').Server} Server */

const NAMES = 12
/** A text that has the form of an archive ID. */
const ARCHIVE_ID = /^[\w-]{138}\n$/

/**
 * A stream that is to be stored.
 *
 * @typedef {object} Stream
 * @property {Server} server
 * @property {string | undefined} name
 * @property {number} seed - of its bytes
 * @property {number} size
 * @property {readonly string[]} options
 */

/**
 * A stream that a put has reported as stored.
 *
 * @typedef {object} Stored
 * @property {string} archiveId
 * @property {Stream} stream
 * @property {Run} run
 */

/**
 * A file that is to be retrieved.
 *
 * @typedef {object} Retrieval
 * @property {Stored} stored
 * @property {string} path
 */

/** The state of the soak. */
export class State {
  /** @type {Map<string, Stored>} */
  stored = new Map()
  /** Streams of which no put has been reported as stored. @type {Stream[]} */
  unfinished = []
  /** Files of which no retrieval has succeeded. @type {Retrieval[]} */
  unretrieved = []
  /** @type {{ text: string, runs: readonly Run[] }[]} */
  violations = []
  storedBytes = 0
  retrievedBytes = 0
  /** The names that a put is using: another put of one of them would be refused. @type {Set<string>} */
  busy = new Set()
  #outputs
  #files = 0

  /** @param {string} outputs - the folder of retrieved files */
  constructor(outputs) {
    this.#outputs = outputs
  }

  /**
   * @param {string} text
   * @param {...Run} runs
   */
  violate(text, ...runs) {
    this.violations.push({ text, runs })
  }

  /**
   * Checks that a command succeeded if nothing has disturbed it.
   *
   * @param {Run} run
   */
  expectSuccess(run) {
    if (run.code === 0 || run.done.length > 0) return
    this.violate(`${run.args[0]} exited with ${run.signal ?? run.code}, and nothing had disturbed it`, run)
  }

  /**
   * Records a stream as stored if its put says so.
   *
   * @param {Stream} stream
   * @param {Run} run
   */
  take(stream, run) {
    if (run.code !== 0) return false
    const printed = run.stdout.toString()
    if (!ARCHIVE_ID.test(printed))
      this.violate(`put exited with 0 and printed ${JSON.stringify(printed)}`, run)
    const archiveId = printed.trim()
    const other = this.stored.get(archiveId)
    if (other && hashOf(other.stream) !== hashOf(stream))
      this.violate(`two sources have the ID ${archiveId}`, other.run, run)
    this.stored.set(archiveId, { archiveId, stream, run })
    this.storedBytes += stream.size
    return true
  }

  /**
   * Takes a stream that is not finished. Sometimes its source has changed since.
   *
   * @param {Random} random
   */
  takeUnfinished(random) {
    const free = this.unfinished.filter((one) => !this.busy.has(keyOf(one)))
    if (free.length === 0) return undefined
    const stream = random.pick(free)
    this.unfinished.splice(this.unfinished.indexOf(stream), 1)
    return random.chance(0.1) ? { ...stream, seed: seedOf(random) } : stream
  }

  /**
   * @param {Server} server
   * @param {Random} random
   * @returns {Stream}
   */
  newStream(server, random) {
    const name = random.chance(0.85) ? `stream-${random.int(1, NAMES)}` : undefined
    const options = random.chance(0.3) ? ['--max-archive-size', '2MiB'] : []
    const stream = { server, name, seed: seedOf(random), size: random.size(), options }
    return this.busy.has(keyOf(stream)) ? { ...stream, name: undefined } : stream
  }

  /** @param {Random} random */
  takeRetrieval(random) {
    if (this.unretrieved.length > 0 && random.chance(0.7))
      return this.unretrieved.splice(random.int(0, this.unretrieved.length - 1), 1)[0]
    const stored = this.pickStored(random)
    return stored && { stored, path: join(this.#outputs, `${++this.#files}`) }
  }

  /** @param {Random} random */
  pickStored(random) {
    const all = [...this.stored.values()]
    return all.length > 0 ? random.pick(all.slice(-100)) : undefined
  }
}

/**
 * The hash of a stream's bytes.
 *
 * @param {Stream} stream
 */
export function hashOf({ seed, size }) {
  return sha256(sourceBytes(seed, size))
}

/**
 * Identifies the name of a stream. Streams without a name do not disturb each other.
 *
 * @param {Stream} stream
 */
export function keyOf({ server, name, seed }) {
  return `${server.name}/${name ?? seed}`
}

/** @param {Random} random */
function seedOf(random) {
  return random.int(1, 2 ** 31)
}
