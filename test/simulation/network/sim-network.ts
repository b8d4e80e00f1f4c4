/**
 * The network of one process: sends its requests to the service and brings the responses back.
 *
 * - A request on the way arrives whatever becomes of its process, and whether or not the client still waits for it.
 * - A call of a process that is killed never settles, and draws nothing.
 * - The bytes of a body must not change while the client waits for the response: the memory of a part is released only
 *   after that.
 */
import { AbortError, GlacierPipeError, ServiceError } from '../../../lib/errors.js'
import { asAbortError } from '../../../lib/streams/abort-error.js'
import { onAbort } from '../../../lib/streams/caller-signal.js'
import { toCredentialsError } from '../../../lib/client/sdk/service-error.js'
import type { RequestHistory, RequestRecord } from '../service/history.js'
import { ServiceRefusal, type Body, type Caller } from '../service/service.js'
import { never, type SimProcess } from '../world/sim-process.js'
import { courseOf, expiredCredentials, type Course } from './courses.js'
import type { Operation, SimRequest } from './requests.js'
import { errorOf, type ServiceErrors } from './service-errors.js'

/** The service at the other end of a network. */
export interface NetworkPeer {
  readonly history: RequestHistory
  readonly errors: ServiceErrors
  /** The names that the service's model gives to the operations. */
  readonly operations: Readonly<Partial<Record<Operation, string>>>
}

/** The network between a process and the service. */
export class SimNetwork {
  readonly process: SimProcess
  readonly #peer: NetworkPeer
  readonly #latencyMs: number
  #isExpired = false

  constructor(process: SimProcess, peer: NetworkPeer) {
    this.process = process
    this.#peer = peer
    this.#latencyMs = process.world.choices.pick(`${process.name}/latency-ms`, [0, 20, 2_000], 0.2)
  }

  /** Gets fresh credentials. By choice they cannot be fetched now. */
  async refreshCredentials(signal: AbortSignal | undefined): Promise<void> {
    const { process } = this
    if (signal?.aborted) throw new AbortError({ cause: signal.reason })
    const isRefreshed = await process.call('refreshCredentials', 0, () => {
      const isUnavailable = process.world.faults.happens(
        'credentials-expired',
        `${process.name}/credentials-unavailable`,
      )
      if (isUnavailable) process.world.faults.tookEffect('credentials-expired')
      this.#isExpired &&= isUnavailable
      return !isUnavailable
    })
    if (isRefreshed) return
    const error = Object.assign(new Error('No response'), { name: 'CredentialsProviderError' })
    throw toCredentialsError('Credentials', error, 'credentials-unavailable')
  }

  /**
   * Makes a request.
   *
   * @returns the response, and the course that the request took
   * @throws the error that the SDK's adapter would make
   */
  async request<Response extends object | undefined>(
    caller: Caller,
    request: SimRequest<Response>,
  ): Promise<{ readonly response: Response; readonly record: RequestRecord; readonly course: Course }> {
    const { process } = this
    const { operation, summary, signal } = request
    if (!process.isRunning()) return never()
    if (signal?.aborted) throw new AbortError({ cause: signal.reason })
    const { history } = this.#peer
    const record = history.begin(process.name, caller, operation, summary)
    process.requests++
    try {
      const course = this.#courseOf(request)
      await this.#send(request, course)
      const response = await this.#exchange(caller, request, course, record)
      history.settle(record, 'success')
      return { response, record, course }
    } catch (error) {
      history.settle(record, codeOf(error))
      throw error
    } finally {
      process.requests--
    }
  }

  /** Waits for something that arrives after some time. A signal ends the wait. */
  async wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    if (milliseconds > 0) await this.#passing(milliseconds, signal)
    await this.process.arrival()
  }

  #courseOf(request: SimRequest<unknown>): Course {
    const { process } = this
    const { name } = process
    const { faults, choices } = process.world
    const { operation } = request
    this.#isExpired ||= faults.happens('credentials-expired', `${name}/${operation}/credentials-expired`)
    const target = { operation: this.#nameOf(operation), errors: this.#peer.errors }
    if (this.#isExpired) return expiredCredentials(target)
    const course = courseOf(process, request, target)
    if (this.#latencyMs === 0 || course.arrivesMs === undefined) return course
    const arrivesMs =
      course.arrivesMs + choices.between(`${name}/${operation}/arrival-ms`, 0, this.#latencyMs, 0.5)
    const responseMs = choices.between(`${name}/${operation}/response-ms`, 0, this.#latencyMs, 0.5)
    return { ...course, arrivesMs, settlesMs: Math.max(course.settlesMs, arrivesMs + responseMs) }
  }

  /** Takes the body from the rate limit, and reports it as sent. */
  async #send({ body, signal }: SimRequest<unknown>, { sentShare }: Course): Promise<void> {
    if (!body) return
    const size = Math.ceil(body.bytes.length * sentShare)
    const { sendLimit, onSent } = body
    const pieceSize = sendLimit?.chunkSize ?? size
    for (let at = 0; at < size; at += pieceSize) {
      const bytes = Math.min(pieceSize, size - at)
      try {
        await sendLimit?.take(bytes, signal)
      } catch (error) {
        throw asAbortError(error, signal)
      }
      onSent?.(bytes)
    }
  }

  async #exchange<Response extends object | undefined>(
    caller: Caller,
    request: SimRequest<Response>,
    { fault, arrivesMs, settlesMs, error }: Course,
    record: RequestRecord,
  ): Promise<Response> {
    const { process } = this
    const { operation, body, signal } = request
    const { history } = this.#peer
    const { scheduler } = process.world
    const bytes = this.#onTheWay(request, fault === 'body-damaged', arrivesMs)
    let response: (() => Response) | undefined
    const arrive = (): void => {
      if (fault === 'request-late') history.tookEffect(fault, record)
      if (body && record.result === undefined && process.isRunning())
        this.#checkUnchanged(body.bytes, bytes, fault)
      const arrived = { ...(body ?? NO_BODY), bytes }
      try {
        const result = history.carryOut(record, () => request.act(caller, arrived))
        response = () => result
      } catch (thrown) {
        this.#checkRefusal(thrown, fault)
        response = () => {
          throw errorOf(this.#peer.errors, this.#nameOf(operation), thrown)
        }
      }
    }
    await process.call(operation, 0, () => {
      if (fault !== undefined && fault !== 'request-late') history.tookEffect(fault, record)
      if (arrivesMs === 0) arrive()
      else if (arrivesMs !== undefined) scheduler.after(arrivesMs, arrive)
    })
    if (settlesMs > 0) await this.wait(settlesMs, signal)
    if (error) throw error
    if (!response) throw new Error('The response was delivered before the request arrived.')
    record.responded = true
    return response()
  }

  /** The bytes of a body on the way: a copy, if they arrive later or are damaged. */
  #onTheWay(
    { operation, body }: SimRequest<unknown>,
    isDamaged: boolean,
    arrivesMs: number | undefined,
  ): Uint8Array {
    if (!body) return NO_BODY.bytes
    if (!isDamaged) return arrivesMs === 0 ? body.bytes : Uint8Array.from(body.bytes)
    const copy = Uint8Array.from(body.bytes)
    const { name, world } = this.process
    const at = world.choices.between(`${name}/${operation}/damaged-byte`, 0, copy.length - 1)
    copy[at] = (copy[at] ?? 0) ^ 1
    return copy
  }

  #checkUnchanged(now: Uint8Array, sent: Uint8Array, fault: Course['fault']): void {
    if (now === sent || fault === 'body-damaged' || Buffer.compare(now, sent) === 0) return
    this.process.world.fail('part memory', `${this.process.name} changed the bytes of a request in flight.`)
  }

  /** A body that was not damaged has the hashes that the client states, unless the client reads released memory. */
  #checkRefusal(thrown: unknown, fault: Course['fault']): void {
    if (!(thrown instanceof ServiceRefusal) || fault === 'body-damaged') return
    const isWrongHash = WRONG_HASH.has(thrown.code) || thrown.message.startsWith('Checksum mismatch')
    if (!isWrongHash) return
    const { name, world } = this.process
    world.fail('part memory', `${name} sent bytes that do not have the stated hash: ${thrown.message}`)
  }

  #nameOf(operation: Operation): string {
    return this.#peer.operations[operation] ?? operation
  }

  #passing(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      let stopListening = (): void => undefined
      const cancel = this.process.world.scheduler.after(milliseconds, () => {
        stopListening()
        if (this.process.isRunning()) resolve()
      })
      stopListening = onAbort(signal, () => {
        cancel()
        reject(new AbortError({ cause: signal?.reason }))
      })
    })
  }
}

/** The codes for a body that does not have the SHA-256 that was signed. */
const WRONG_HASH: ReadonlySet<string> = new Set(['InvalidSignatureException', 'XAmzContentSHA256Mismatch'])

const NO_BODY: Body = { bytes: new Uint8Array(), linearHash: '', treeHash: '' }

/** The code of an error in a record: that of the service, if it has one. */
export function codeOf(error: unknown): string {
  if (error instanceof ServiceError) return error.serviceCode
  return error instanceof GlacierPipeError ? error.code : String(error)
}
