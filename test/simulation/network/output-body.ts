/** The output of a job, or the range of an object, as it reaches a process: in pieces, damaged or cut by choice. */
import { AbortError, ServiceError } from '../../../lib/errors.js'
import type { FaultKind } from '../world/faults.js'
import type { SimNetwork } from './sim-network.js'
import { IDLE_TIMEOUT_MS } from './courses.js'
import { timeoutError } from './failures.js'
import type { ServiceErrors } from './service-errors.js'

/** The request of a body. */
export interface BodyRequest {
  /** The name of the call in choices. */
  readonly call: string
  /** The name of the operation in the service's model. */
  readonly operation: string
  readonly errors: ServiceErrors
  readonly signal: AbortSignal | undefined
}

/** The body of a response. The request is in flight until the body has been read or left. */
export class OutputBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array, undefined> {
  readonly #network: SimNetwork
  readonly #request: BodyRequest
  readonly #pieces: Uint8Array[]
  readonly #ending: 'whole' | 'early' | 'reset'
  #progressMs: number
  #isOver = false

  /** @param ending - how the body ends: `early` and `reset` are before the last piece */
  constructor(
    network: SimNetwork,
    pieces: readonly Uint8Array[],
    ending: 'whole' | 'early' | 'reset',
    request: BodyRequest,
  ) {
    this.#network = network
    this.#request = request
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
    const { call, operation, errors, signal } = this.#request
    await process.call(`${call}/body`, 0, () => undefined)
    if (signal?.aborted) throw this.#failed(new AbortError({ cause: signal.reason }))
    const { nowMs } = process.world.scheduler
    if (nowMs - this.#progressMs >= IDLE_TIMEOUT_MS) throw this.#failed(timeoutError(operation))
    this.#progressMs = nowMs
    const value = this.#pieces.shift()
    if (value) return { done: false, value }
    if (this.#ending === 'reset') throw this.#failed(errors.connection(operation, 'ECONNRESET'))
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

/**
 * Makes a body.
 *
 * @param fault - what happens to it, if it is `body-damaged` or `body-cut`
 */
export function bodyOf(
  network: SimNetwork,
  bytes: Uint8Array,
  request: BodyRequest,
  fault: FaultKind | undefined,
): OutputBody {
  const { name, world } = network.process
  const { call } = request
  const pieces = piecesOf(bytes, world.choices.pick(`${name}/${call}/pieces`, [1, 2, 3], 0.1))
  if (fault === 'body-damaged') damage(network, pieces, call)
  if (fault !== 'body-cut') return new OutputBody(network, pieces, 'whole', request)
  const last = pieces.pop()
  if (last && last.length > 1) pieces.push(last.subarray(0, last.length >> 1))
  const ending = world.choices.pick(`${name}/${call}/cut`, ['early', 'reset'])
  return new OutputBody(network, pieces, ending, request)
}

function damage({ process }: SimNetwork, pieces: readonly Uint8Array[], call: string): void {
  const piece = pieces.at(-1)
  if (!piece) return
  const name = `${process.name}/${call}/damaged-byte`
  const at = process.world.choices.between(name, piece.length - 1, 0)
  piece[at] = (piece[at] ?? 0) ^ 1
}

/** The error for a response that is not of the requested range. */
export function notTheRange(operation: string): ServiceError {
  return new ServiceError('The response is not of the requested range.', {
    operation,
    serviceCode: 'UnexpectedResponse',
    status: 200,
  })
}

/** Cuts bytes into pieces of nearly the same size. Each is a copy. */
export function piecesOf(bytes: Uint8Array, count: number): Uint8Array[] {
  const size = Math.max(1, Math.ceil(bytes.length / count))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size))
  return pieces
}
