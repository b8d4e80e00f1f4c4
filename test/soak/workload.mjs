/**
 * The work of the soak: streams are put, resumed, retrieved, listed, pruned and rebuilt by several workers at once. What a
 * command says is checked at once; what must hold at the end is checked by checks.mjs.
 */
import { readFile } from 'node:fs/promises'
import { sha256, sourceBytes, sourceChunks } from './random.mjs'
import { hashOf, keyOf } from './state.mjs'

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {import('./commands.mjs').Run} Run */
/** @typedef {import('./server.mjs').Server} Server */
/** @typedef {import('./state.mjs').Stream} Stream */
/** @typedef {import('./state.mjs').Retrieval} Retrieval */

const VAULT = 'soak'
const ACTIONS = { put: 40, resume: 20, rivals: 7, file: 12, stdout: 10, ls: 4, rebuild: 4, prune: 3 }
/** Probability that nothing disturbs a command. */
const CALM = 0.3
/** Archives of each name that `prune` keeps. */
const KEPT = '3'

/** The actions of the workers. */
export class Workload {
  #state
  #commands
  #servers
  #catalog

  /**
   * @param {import('./state.mjs').State} state
   * @param {import('./commands.mjs').Commands} commands
   * @param {{ servers: readonly Server[], catalog: string }} places
   */
  constructor(state, commands, { servers, catalog }) {
    this.#state = state
    this.#commands = commands
    this.#servers = servers
    this.#catalog = catalog
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
        await this.put(this.#state.newStream(server, random), disturbing)
        return
      case 'resume':
        await this.put(
          this.#state.takeUnfinished(random) ?? this.#state.newStream(server, random),
          disturbing,
        )
        return
      case 'rivals': {
        const stream = this.#state.takeUnfinished(random)
        if (stream) await this.#putTwice(stream, random)
        return
      }
      case 'file': {
        const retrieval = this.#state.takeRetrieval(random)
        if (retrieval) await this.retrieve(retrieval, disturbing)
        return
      }
      case 'stdout':
        return this.#retrieveToStdout(random, disturbing)
      case 'ls':
        return this.#list(disturbing)
      case 'rebuild':
        return this.#state.expectSuccess(
          await this.#run(server, ['catalog', 'rebuild', VAULT], { random: disturbing }),
        )
      case 'prune': {
        const args = ['prune', VAULT, '--keep-last', KEPT, '--now', '--yes']
        return this.#state.expectSuccess(await this.#run(server, args, { random: disturbing }))
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
    this.#state.busy.add(key)
    const run = await this.#put(stream, random).finally(() => this.#state.busy.delete(key))
    const isStored = this.#state.take(stream, run)
    if (!isStored) this.#state.unfinished.push(stream)
    this.#state.expectSuccess(run)
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
      this.#state.violate(`${path} has other bytes than its source`, run)
    if (run.code === 0 && !found) this.#state.violate(`get exited with 0, and ${path} does not exist`, run)
    if (run.code === 0) this.#state.retrievedBytes += stored.stream.size
    else this.#state.unretrieved.push(retrieval)
    return run
  }

  /**
   * Puts a stream by two processes at once, one of which is disturbed. The other one may be refused.
   *
   * @param {Stream} stream
   * @param {Random} random
   */
  async #putTwice(stream, random) {
    const key = keyOf(stream)
    this.#state.busy.add(key)
    const both = Promise.all([this.#put(stream, random), this.#put(stream, undefined)])
    const runs = await both.finally(() => this.#state.busy.delete(key))
    const isStored = runs.map((run) => this.#state.take(stream, run)).includes(true)
    if (!isStored) this.#state.unfinished.push(stream)
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
   * @param {Random} random
   * @param {Random | undefined} disturbing
   */
  async #retrieveToStdout(random, disturbing) {
    const stored = this.#state.pickStored(random)
    if (!stored) return
    const { archiveId, stream } = stored
    const run = await this.#run(stream.server, ['get', VAULT, '--', archiveId], { random: disturbing })
    const right = sourceBytes(stream.seed, stream.size)
    const { length } = run.stdout
    if (!right.subarray(0, length).equals(run.stdout))
      this.#state.violate('get delivered bytes that are not a prefix', run, stored.run)
    else if (run.code === 0 && length !== stream.size)
      this.#state.violate(`get exited with 0 after ${length} bytes`, run)
    else this.#state.retrievedBytes += length
  }

  /** @param {Random | undefined} random */
  async #list(random) {
    const run = await this.#commands.run(['ls', VAULT, '--json', '--catalog', this.#catalog], { random })
    this.#state.expectSuccess(run)
    if (run.code !== 0) return
    const listed = run.stdout.toString().split('\n').slice(0, -1)
    if (!listed.every(isJson)) this.#state.violate('ls printed a line that is not JSON', run)
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
}

/** @param {string} line */
function isJson(line) {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}
