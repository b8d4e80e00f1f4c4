/**
 * The built command as processes: started, killed and paused at random, and observed. The last lines of each process are
 * kept for the report of a violation.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The built command. */
const BIN = fileURLToPath(new URL('../../dist/cli/bin.js', import.meta.url))
/** Lines of stderr that are kept of each process, and processes of which they are kept. */
const KEPT_LINES = 12
const KEPT_RUNS = 400
/** Probabilities of what happens to a process at a random moment. */
const DISTURBANCES = { none: 45, SIGKILL: 25, SIGTERM: 15, pause: 15 }
/** Milliseconds after which a process that nothing disturbs is taken to hang. */
const HANG_MS = 300_000

/** @typedef {import('./random.mjs').Random} Random */

/**
 * A process that has ended.
 *
 * @typedef {object} Run
 * @property {string} id
 * @property {readonly string[]} args
 * @property {number | null} code
 * @property {NodeJS.Signals | null} signal
 * @property {Buffer} stdout
 * @property {string[]} tail - the last lines of stderr
 * @property {string[]} done - the disturbances that reached it
 */

/** Starts the built command and keeps account of its processes. */
export class Commands {
  /** @type {Run[]} */
  runs = []
  /** @type {Record<string, number>} */
  counts = {}
  /** Whether processes are disturbed. */
  disturbs = true
  /** @type {Set<import('node:child_process').ChildProcess>} */
  #living = new Set()
  #started = 0
  #env

  /** @param {NodeJS.ProcessEnv} env */
  constructor(env) {
    this.#env = env
  }

  /**
   * Starts the command.
   *
   * @param {readonly string[]} args
   */
  start(args) {
    const child = spawn(process.execPath, [BIN, ...args], { env: this.#env, stdio: 'pipe' })
    child.stdin.on('error', () => undefined) // the command may end before it has read everything
    this.#living.add(child)
    child.once('exit', () => this.#living.delete(child))
    return child
  }

  /**
   * Runs the command to its end, and disturbs it if a random generator is given.
   *
   * @param {readonly string[]} args
   * @param {object} [options]
   * @param {Iterable<Buffer>} [options.source] - the bytes for stdin; default none
   * @param {Random} [options.random] - default: nothing disturbs it
   * @returns {Promise<Run>}
   */
  async run(args, { source = [], random } = {}) {
    const child = this.start(args)
    /** @type {Buffer[]} */
    const stdout = []
    /** @type {Run} */
    const run = {
      id: `#${++this.#started}`,
      args,
      code: null,
      signal: null,
      stdout: Buffer.alloc(0),
      tail: [],
      done: [],
    }
    child.stdout.on('data', (chunk) => stdout.push(chunk))
    child.stderr.on('data', (text) => {
      run.tail = [...run.tail, ...String(text).split(/\r?\n/)]
        .filter((line) => line !== '')
        .slice(-KEPT_LINES)
    })
    const ended = once(child, 'close')
    const over = new AbortController()
    void feed(child, source, random)
    const watching = random
      ? this.#disturb(child, run, random, over.signal)
      : this.#watch(child, run, over.signal)
    const [code, signal] = await ended
    over.abort()
    await watching
    Object.assign(run, { code, signal, stdout: Buffer.concat(stdout) })
    this.runs = [...this.runs, run].slice(-KEPT_RUNS)
    const outcome =
      run.done.length > 0 ? `${signal ?? code} after ${run.done.join(', ')}` : `${signal ?? code}`
    this.count(`${args[0] === 'catalog' ? args.slice(0, 2).join(' ') : args[0]}: ${outcome}`)
    return run
  }

  /** @param {string} event */
  count(event) {
    this.counts[event] = (this.counts[event] ?? 0) + 1
  }

  /** Kills the processes that are left, when the soak ends early. */
  killAll() {
    for (const child of this.#living) child.kill('SIGKILL')
  }

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {Run} run
   * @param {Random} random
   * @param {AbortSignal} over
   */
  async #disturb(child, run, random, over) {
    for (;;) {
      const what = random.weighted(DISTURBANCES)
      const moment = random.int(0, 2500)
      const pauseMs = random.int(100, 4000)
      if (!this.disturbs || what === 'none' || !(await unless(over, moment))) break
      if (what !== 'pause') {
        if (child.kill(what)) run.done.push(what)
        break
      }
      if (child.kill('SIGSTOP')) run.done.push('pause')
      await unless(over, pauseMs)
      child.kill('SIGCONT')
    }
    await this.#watch(child, run, over)
  }

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {Run} run
   * @param {AbortSignal} over
   */
  async #watch(child, run, over) {
    if (await unless(over, HANG_MS)) {
      run.done.push('hang')
      child.kill('SIGKILL')
    }
  }
}

/**
 * Writes a source to stdin of a process, with stalls if a random generator is given.
 *
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} child
 * @param {Iterable<Buffer>} source
 * @param {Random | undefined} random
 */
async function feed({ stdin }, source, random) {
  const chunks = async function* () {
    for (const chunk of source) {
      if (random?.chance(0.02)) await sleep(random.int(1, 400))
      yield chunk
    }
  }
  await pipeline(Readable.from(chunks(), { objectMode: false }), stdin).catch(() => undefined) // the command may end before
}

/**
 * Waits; `false` if a signal fires before.
 *
 * @param {AbortSignal} signal
 * @param {number} ms
 */
function unless(signal, ms) {
  return sleep(ms, true, { signal }).catch(() => false)
}
