/** The output of a job as it reaches a process: in pieces, damaged or cut by choice. */
import { AbortError } from '../../../lib/errors.js'
import type { SimNetwork } from './sim-network.js'
import { IDLE_TIMEOUT_MS } from './courses.js'
import { connectionError, timeoutError } from './failures.js'

/** The body of a response of GetJobOutput. The request is in flight until the body has been read or left. */
export class OutputBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #network: SimNetwork
  readonly #signal: AbortSignal | undefined
  readonly #pieces: Uint8Array[]
  readonly #ending: 'whole' | 'early' | 'reset'
  #progressMs: number
  #isOver = false

  /** @param ending - how the body ends: `early` and `reset` are before the last piece */
  constructor(
    network: SimNetwork,
    pieces: readonly Uint8Array[],
    ending: 'whole' | 'early' | 'reset',
    signal: AbortSignal | undefined,
  ) {
    this.#network = network
    this.#signal = signal
    this.#pieces = [...pieces]
    this.#ending = ending
    this.#progressMs = network.process.world.scheduler.nowMs
    network.process.requests++
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#isOver) return { done: true, value: undefined }
    const { process } = this.#network
    await process.call('jobOutput/body', 0, () => undefined)
    if (this.#signal?.aborted) throw this.#failed(new AbortError({ cause: this.#signal.reason }))
    const { nowMs } = process.world.scheduler
    if (nowMs - this.#progressMs >= IDLE_TIMEOUT_MS) throw this.#failed(timeoutError('GetJobOutput'))
    this.#progressMs = nowMs
    const value = this.#pieces.shift()
    if (value) return { done: false, value }
    if (this.#ending === 'reset') throw this.#failed(connectionError('GetJobOutput', 'ECONNRESET'))
    return this.return()
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.#over()
    return { done: true, value: undefined }
  }

  #failed(error: Error): Error {
    this.#over()
    return error
  }

  #over(): void {
    if (!this.#isOver) this.#network.process.requests--
    this.#isOver = true
  }
}

/** Cuts bytes into pieces of nearly the same size. Each is a copy. */
export function piecesOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.max(1, Math.ceil(bytes.length / count))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size))
  return pieces
}
