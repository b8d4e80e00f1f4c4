/**
 * Keeps an upload alive while its source is silent. The service removes an upload after a day without activity
 * (docs/glacier-protocol.md#upload-expiry), so the last part that was sent or compared is kept, and sent again after
 * half a day without one.
 *
 * - The part's memory is reserved in the plan: it is released when a later part replaces the part, or at the end.
 * - The memory of a part that is being sent again is released only when that request has settled.
 */
import type { HashedPart } from '../tree-hash/hash-parts.js'
import type { Clock } from '../runtime/clock.js'
import type { PartMemory } from '../transfer/part-memory.js'

/** Milliseconds without activity after which a part is sent again. */
export const KEEP_ALIVE_MS: number = 12 * 3_600_000

/** Keeps one upload alive. */
export class KeepAlive {
  readonly #clock: Clock
  readonly #memory: PartMemory
  readonly #send: (part: HashedPart) => Promise<void>
  readonly #stop = new AbortController()
  #part: HashedPart | undefined
  #sending: { readonly part: HashedPart; readonly sent: Promise<void> } | undefined
  #activeAtMs = 0
  #isRunning = false

  /** @param send - sends a part again; must not reject */
  constructor(clock: Clock, memory: PartMemory, send: (part: HashedPart) => Promise<void>) {
    this.#clock = clock
    this.#memory = memory
    this.#send = send
  }

  /** Keeps a part that the service has, in place of the previous one, and watches for silence from now on. */
  keep(part: HashedPart): void {
    const before = this.#part
    this.#part = part
    if (before) this.#release(before)
    if (this.#isRunning) return
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
      const leftMs = this.#activeAtMs + KEEP_ALIVE_MS - this.#clock.now()
      if (leftMs > 0) await this.#clock.sleep(leftMs, this.#stop.signal).catch(() => undefined)
      else if (this.#part) await this.#sendAgain(this.#part)
    }
  }

  async #sendAgain(part: HashedPart): Promise<void> {
    this.#sending = { part, sent: this.#send(part) }
    await this.#sending.sent
    this.#sending = undefined
    this.active()
  }

  #release(part: HashedPart): void {
    const release = (): void => {
      this.#memory.release(part.bytes)
    }
    if (this.#sending?.part === part) void this.#sending.sent.then(release)
    else release()
  }
}
