/**
 * Keeps an upload alive while its source is silent. A store may remove an upload that is silent, so the
 * last part that was sent or compared is kept, and sent again after a while without one (`ArchiveStore.keepAliveMs`).
 *
 * - The part's memory is reserved in the plan: it is released when a later part replaces the part, or at the end.
 * - The memory of a part that is being sent again is released only when that request has settled.
 */
import type { StorePart } from '../store/store-part.js'
import type { Clock } from '../runtime/clock.js'
import type { PartMemory } from '../transfer/part-memory.js'

/** Keeps one upload alive. */
export class KeepAlive {
  readonly #clock: Clock
  readonly #afterMs: number
  readonly #memory: PartMemory
  readonly #send: (part: StorePart) => Promise<void>
  readonly #stop = new AbortController()
  #part: StorePart | undefined
  #sending: { readonly part: StorePart; readonly sent: Promise<void> } | undefined
  #activeAtMs = 0
  #isRunning = false

  /**
   * @param afterMs - milliseconds without activity after which a part is sent again; `Infinity` for never
   * @param send - sends a part again; must not reject
   */
  constructor(clock: Clock, afterMs: number, memory: PartMemory, send: (part: StorePart) => Promise<void>) {
    this.#clock = clock
    this.#afterMs = afterMs
    this.#memory = memory
    this.#send = send
  }

  /** Keeps a part that the service has, in place of the previous one, and watches for silence from now on. */
  keep(part: StorePart): void {
    const before = this.#part
    this.#part = part
    if (before) this.#release(before)
    if (this.#isRunning || this.#afterMs === Infinity) return
    this.#isRunning = true
    this.#activeAtMs = this.#clock.now()
    void this.#run()
  }

  /** Notes that a part was sent. */
  active(): void {
    this.#activeAtMs = this.#clock.now()
  }

  /** Ends the watch and releases the part's memory. */
  stop(): void {
    this.#stop.abort()
    const part = this.#part
    this.#part = undefined
    if (part) this.#release(part)
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const leftMs = this.#activeAtMs + this.#afterMs - this.#clock.now()
      if (leftMs > 0) await this.#clock.sleep(leftMs, this.#stop.signal).catch(() => undefined)
      else if (this.#part) await this.#sendAgain(this.#part)
    }
  }

  async #sendAgain(part: StorePart): Promise<void> {
    this.#sending = { part, sent: this.#send(part) }
    await this.#sending.sent
    this.#sending = undefined
    this.active()
  }

  #release(part: StorePart): void {
    const release = (): void => {
      this.#memory.release(part.bytes)
    }
    if (this.#sending?.part === part) void this.#sending.sent.then(release)
    else release()
  }
}
