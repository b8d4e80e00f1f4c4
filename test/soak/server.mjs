/**
 * A local vault that is served by a process of the built command. One server lives from the beginning to the end, so that
 * its memory and descriptors can be observed; the other is killed, stopped and paused at random, and started again.
 */
import { once } from 'node:events'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {import('./random.mjs').Random} Random */

/** Options of every server: inventories are due often, so that a rebuild finds something. */
const OPTIONS = ['--json', '--create-vaults', '--inventory-interval', '10s', '--port']
/** Probabilities of what happens to a server at a random moment. */
const DISTURBANCES = { SIGKILL: 50, SIGTERM: 30, pause: 20 }

/**
 * One reading of a server.
 *
 * @typedef {object} Sample
 * @property {number} seconds - since the soak began
 * @property {number} rss - bytes of memory
 * @property {number} peak - bytes of memory, the maximum so far
 * @property {number} descriptors
 * @property {number} disk - bytes in the folder of the vault
 */

/** A server. */
export class Server {
  /** @type {Sample[]} */
  samples = []
  endpoint = ''
  /** Exits that nobody caused. */
  /** @type {string[]} */
  crashes = []
  #commands
  #port = '0'
  /** @type {import('node:child_process').ChildProcessWithoutNullStreams | undefined} */
  #child
  #isExpected = false
  #disk = 0

  /**
   * @param {import('./commands.mjs').Commands} commands
   * @param {string} name
   * @param {string} dir - the folder of the vaults
   */
  constructor(commands, name, dir) {
    this.#commands = commands
    this.name = name
    this.dir = dir
  }

  /** Starts the process, on the same port as before. */
  async start() {
    const child = this.#commands.start(['serve', '--dir', this.dir, ...OPTIONS, this.#port])
    let log = ''
    child.stderr.on('data', (text) => (log = (log + text).slice(-2000)))
    this.#isExpected = false
    this.#child = child
    const exited = once(child, 'exit').then(([code, signal]) => {
      if (!this.#isExpected) this.crashes.push(`${this.name} ended with ${signal ?? code}: ${log}`)
      throw new Error(`The server ${this.name} ended with ${signal ?? code}: ${log}`)
    })
    exited.catch(() => undefined)
    const [line] = await Promise.race([once(child.stdout, 'data'), exited])
    this.endpoint = JSON.parse(String(line)).endpoint
    this.#port = new URL(this.endpoint).port
  }

  /**
   * Ends the process.
   *
   * @param {NodeJS.Signals} signal
   * @returns {Promise<number | null>} its exit code
   */
  async stop(signal) {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return null
    this.#isExpected = true
    const exited = once(child, 'exit')
    child.kill(signal)
    const [code] = await exited
    return code
  }

  /**
   * Kills, stops and pauses the process at random, and starts it again, until a signal fires. It runs then.
   *
   * @param {Random} random
   * @param {AbortSignal} signal
   */
  async disturb(random, signal) {
    const wait = (/** @type {number} */ ms) => sleep(ms, undefined, { signal }).catch(() => undefined)
    while (!signal.aborted) {
      await wait(random.int(3000, 25_000))
      const what = random.weighted(DISTURBANCES)
      if (signal.aborted) break
      this.#commands.count(`server: ${what}`)
      if (what === 'pause') {
        this.#child?.kill('SIGSTOP')
        await wait(random.int(500, 8000))
        this.#child?.kill('SIGCONT')
      } else {
        await this.stop(what)
        await wait(random.int(0, 3000))
        await this.start()
      }
    }
  }

  /**
   * Reads the memory and the descriptors of the process.
   *
   * @param {number} seconds - since the soak began
   */
  async sample(seconds) {
    const process = `/proc/${this.#child?.pid}`
    try {
      const status = await readFile(`${process}/status`, 'utf8')
      const bytesOf = (/** @type {string} */ key) =>
        1024 * Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1])
      const descriptors = (await readdir(`${process}/fd`)).length
      const memory = { rss: bytesOf('VmRSS'), peak: bytesOf('VmHWM') }
      if (Number.isFinite(memory.rss))
        this.samples.push({ seconds, ...memory, descriptors, disk: this.#disk })
    } catch {
      // It is not running.
    }
  }

  /** Measures the folder of the vault, for later samples. */
  async measureDisk() {
    this.#disk = await bytesIn(this.dir)
  }
}

/**
 * The bytes of all files in a folder.
 *
 * @param {string} dir
 */
export async function bytesIn(dir) {
  let bytes = 0
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []))
    if (entry.isFile())
      bytes += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      )
  return bytes
}
