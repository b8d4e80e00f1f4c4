/**
 * The work of the soak: streams are put, resumed, retrieved, listed, pruned and rebuilt by several workers at once. What a
 * command says is checked at once; what must hold at the end is checked by checks.mjs.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256, sourceBytes, sourceChunks } from './random.mjs'

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./commands.mjs').Run} Run */
/** @typedef {import('./server.mjs').Server} Server */

const VAULT = 'soak'
const NAMES = 12
const ACTIONS = { put: 40, resume: 20, rivals: 7, file: 12, stdout: 10, ls: 4, rebuild: 4, prune: 3 }
/** Probability that nothing disturbs a command. */
const CALM = 0.3
/** Archives of each name that `prune` keeps. */
const KEPT = '3'
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

/** What the workers share. */
export class Workload {
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
  #busy = new Set()
  #commands
  #servers
  #catalog
  #outputs
  #files = 0

  /**
   * @param {import('./commands.mjs').Commands} commands
   * @param {{ servers: readonly Server[], catalog: string, outputs: string }} places
   */
  constructor(commands, { servers, catalog, outputs }) {
    this.#commands = commands
    this.#servers = servers
    this.#catalog = catalog
    this.#outputs = outputs
  }

  /**
   * Runs one action.
   *
   * @param {Random} random
   */
  async step(random) {
    const server = random.pick(this.#servers)
    const disturbing = random.chance(CALM) ? undefined : random
    switch (random.weighted(ACTIONS)) {
      case 'put':
        await this.put(this.#newStream(server, random), disturbing)
        return
      case 'resume':
        await this.put(this.#takeUnfinished(random) ?? this.#newStream(server, random), disturbing)
        return
      case 'rivals': {
        const stream = this.#takeUnfinished(random)
        if (stream) await this.#putTwice(stream, random)
        return
      }
      case 'file': {
        const retrieval = this.#takeRetrieval(random)
        if (retrieval) await this.retrieve(retrieval, disturbing)
        return
      }
      case 'stdout':
        return this.#retrieveToStdout(random, disturbing)
      case 'ls':
        return this.#list(disturbing)
      case 'rebuild':
        return this.#expectSuccess(
          await this.#run(server, ['catalog', 'rebuild', VAULT], { random: disturbing }),
        )
      case 'prune': {
        const args = ['prune', VAULT, '--keep-last', KEPT, '--now', '--yes']
        return this.#expectSuccess(await this.#run(server, args, { random: disturbing }))
      }
    }
  }

  /**
   * Puts a stream, and resumes it if an earlier put was not reported as stored.
   *
   * @param {Stream} stream
   * @param {Random} [random] - default: nothing disturbs the command
   * @returns whether it is stored
   */
  async put(stream, random) {
    const key = keyOf(stream)
    this.#busy.add(key)
    const run = await this.#put(stream, random).finally(() => this.#busy.delete(key))
    const isStored = this.#take(stream, run)
    if (!isStored) this.unfinished.push(stream)
    this.#expectSuccess(run)
    return isStored
  }

  /**
   * Retrieves an archive into a file.
   *
   * @param {Retrieval} retrieval
   * @param {Random} [random] - default: nothing disturbs the command
   * @returns {Promise<Run>}
   */
  async retrieve(retrieval, random) {
    const { stored, path } = retrieval
    const { server } = stored.stream
    const run = await this.#run(server, ['get', VAULT, '-o', path, '--', stored.archiveId], { random })
    const found = await readFile(path).catch(() => undefined)
    if (found && sha256(found) !== hashOf(stored.stream))
      this.violate(`${path} has other bytes than its source`, run)
    if (run.code === 0 && !found) this.violate(`get exited with 0, and ${path} does not exist`, run)
    if (run.code === 0) this.retrievedBytes += stored.stream.size
    else this.unretrieved.push(retrieval)
    return run
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
  #expectSuccess(run) {
    if (run.code === 0 || run.done.length > 0) return
    this.violate(`${run.args[0]} exited with ${run.signal ?? run.code}, and nothing had disturbed it`, run)
  }

  /**
   * Puts a stream by two processes at once, one of which is disturbed. The other one may be refused.
   *
   * @param {Stream} stream
   * @param {Random} random
   */
  async #putTwice(stream, random) {
    const key = keyOf(stream)
    this.#busy.add(key)
    const both = Promise.all([this.#put(stream, random), this.#put(stream, undefined)])
    const runs = await both.finally(() => this.#busy.delete(key))
    const isStored = runs.map((run) => this.#take(stream, run)).includes(true)
    if (!isStored) this.unfinished.push(stream)
  }

  /**
   * @param {Stream} stream
   * @param {Random | undefined} random
   */
  #put({ server, name, seed, size, options }, random) {
    const named = name === undefined ? [] : ['--name', name]
    const args = ['put', VAULT, '--resume', '--part-size', '1MiB', ...options, ...named]
    return this.#run(server, args, { source: sourceChunks(seed, size), random })
  }

  /**
   * Records a stream as stored if its put says so.
   *
   * @param {Stream} stream
   * @param {Run} run
   */
  #take(stream, run) {
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
   * @param {Random} random
   * @param {Random | undefined} disturbing
   */
  async #retrieveToStdout(random, disturbing) {
    const stored = this.#pickStored(random)
    if (!stored) return
    const { archiveId, stream } = stored
    const run = await this.#run(stream.server, ['get', VAULT, '--', archiveId], { random: disturbing })
    const right = sourceBytes(stream.seed, stream.size)
    const { length } = run.stdout
    if (!right.subarray(0, length).equals(run.stdout))
      this.violate('get delivered bytes that are not a prefix', run, stored.run)
    else if (run.code === 0 && length !== stream.size)
      this.violate(`get exited with 0 after ${length} bytes`, run)
    else this.retrievedBytes += length
  }

  /** @param {Random | undefined} random */
  async #list(random) {
    const run = await this.#commands.run(['ls', VAULT, '--json', '--catalog', this.#catalog], { random })
    this.#expectSuccess(run)
    if (run.code !== 0) return
    const listed = run.stdout.toString().split('\n').slice(0, -1)
    if (!listed.every(isJson)) this.violate('ls printed a line that is not JSON', run)
  }

  /**
   * @param {Server} server
   * @param {readonly string[]} args
   * @param {{ source?: Iterable<Buffer>, random?: Random | undefined }} options
   */
  #run({ endpoint }, args, { source, random }) {
    const at = args.indexOf('--') // options stand before it
    const [before, after] = at === -1 ? [args, []] : [args.slice(0, at), args.slice(at)]
    const place = [
      '--endpoint',
      endpoint,
      '--region',
      'us-east-1',
      '--catalog',
      this.#catalog,
      '--retry-for',
      '2m',
    ]
    return this.#commands.run([...before, ...place, ...after], {
      ...(source && { source }),
      ...(random && { random }),
    })
  }

  /**
   * Takes a stream that is not finished. Sometimes its source has changed since.
   *
   * @param {Random} random
   */
  #takeUnfinished(random) {
    const free = this.unfinished.filter((one) => !this.#busy.has(keyOf(one)))
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
  #newStream(server, random) {
    const name = random.chance(0.85) ? `stream-${random.int(1, NAMES)}` : undefined
    const options = random.chance(0.3) ? ['--max-archive-size', '2MiB'] : []
    const stream = { server, name, seed: seedOf(random), size: random.size(), options }
    return this.#busy.has(keyOf(stream)) ? { ...stream, name: undefined } : stream
  }

  /** @param {Random} random */
  #takeRetrieval(random) {
    if (this.unretrieved.length > 0 && random.chance(0.7))
      return this.unretrieved.splice(random.int(0, this.unretrieved.length - 1), 1)[0]
    const stored = this.#pickStored(random)
    return stored && { stored, path: join(this.#outputs, `${++this.#files}`) }
  }

  /** @param {Random} random */
  #pickStored(random) {
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
function keyOf({ server, name, seed }) {
  return `${server.name}/${name ?? seed}`
}

/** @param {Random} random */
function seedOf(random) {
  return random.int(1, 2 ** 31)
}

/** @param {string} line */
function isJson(line) {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}
