/**
 * One HTTP request and its response on their way.
 *
 * - A request arrives whatever becomes of its process, and whether or not the client still waits for the response.
 * - A connection continues to take the body after an early response, as that of Node.js does, until it is closed.
 */
import type { RequestRecord } from '../../service/history.js'
import { sha256 } from '../../service/tree-hash.js'
import type { SimProcess } from '../../world/sim-process.js'
import type { Arrivals } from './arrivals.js'
import type { HttpCourse } from './course.js'
import { courseOf, expired } from './http-courses.js'
import type { Reply } from './http.js'
import { handlerError } from './node-errors.js'
import { takeBody, type TakenBody } from './request-body.js'
import { longBody, shortBody, spacedBody, type ResponseBody } from './response-body.js'
import type { Arrival, ServiceFront } from './service-front.js'

/** A response as the SDK takes it. */
export interface SdkResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: ResponseBody
}

/** The parts of the network that all exchanges of a process share. */
export interface Network {
  readonly process: SimProcess
  readonly front: ServiceFront
  readonly arrivals: Arrivals
  /** The longest usual time that a request or a response takes. */
  readonly latencyMs: number
}

const NO_BODY: TakenBody = { bytes: new Uint8Array(), pieces: [] }

/** A request on its way. */
export class Exchange {
  readonly #network: Network
  readonly #arrival: Arrival
  readonly #record: RequestRecord
  readonly #course: HttpCourse
  #isClosed = false
  /** Whether the client has got a response or an error. */
  #isDelivered = false

  constructor(network: Network, arrival: Arrival, record: RequestRecord, isExpired: boolean) {
    this.#network = network
    this.#arrival = arrival
    this.#record = record
    this.#course = isExpired ? expired(network.front) : this.#courseOf()
  }

  /** Closes the connection: the client waits for nothing any more. */
  close(): void {
    this.#isClosed = true
  }

  /** Makes the exchange. Resolves to the response; never settles if none reaches the client. */
  async run(): Promise<SdkResponse> {
    const { process } = this.#network
    const { isBodyRead, settlesMs, ending } = this.#course
    const taken = isBodyRead ? await takeBody(this.#arrival.sdk.body) : NO_BODY
    const reply = await this.#send(taken)
    if (settlesMs > 0) await this.#passing(settlesMs)
    await process.arrival()
    if (ending === undefined) return this.#response(reply(), true)
    if (ending === 'silence') return new Promise(() => undefined)
    this.#isDelivered = true
    if ('code' in ending) throw handlerError(ending.code)
    if (!isBodyRead)
      process.world.scheduler.after(1, () => {
        this.#sendOn()
      })
    return this.#response(ending.reply, ending.isOfService)
  }

  #courseOf(): HttpCourse {
    const { process, front, latencyMs } = this.#network
    const { name, world } = process
    const { operation } = this.#arrival
    const course = courseOf({ process, operation, forms: front }, front.faultsOf(operation))
    if (latencyMs === 0 || course.arrivesMs === undefined) return course
    const latency = (way: string): number =>
      world.choices.between(`${name}/${operation}/${way}-ms`, 0, latencyMs, 0.5)
    const arrivesMs = course.arrivesMs + latency('arrival')
    return { ...course, arrivesMs, settlesMs: Math.max(course.settlesMs, arrivesMs + latency('response')) }
  }

  /** Lets the request arrive, now or later. Returns what gives the response at the time of its delivery. */
  async #send(taken: TakenBody): Promise<() => Reply> {
    const { process, front, arrivals } = this.#network
    const { history } = front
    const { fault, arrivesMs } = this.#course
    const record = this.#record
    const bytes = fault === 'body-damaged' ? this.#damaged(taken.bytes) : taken.bytes
    let reply: Reply | undefined
    const arrive = (): void => {
      if (fault === 'request-late') history.tookEffect(fault, record)
      if (!this.#isClosed && !this.#isDelivered) this.#checkUnchanged(taken)
      reply = arrivals.carryOut(this.#arrival, record, bytes, fault)
    }
    await process.call(this.#arrival.operation, 0, () => {
      if (fault !== undefined && fault !== 'request-late') history.tookEffect(fault, record)
      if (arrivesMs === 0) arrive()
      else if (arrivesMs !== undefined) process.world.scheduler.after(arrivesMs, arrive)
    })
    return () => {
      if (!reply) throw new Error('The response was delivered before the request arrived.')
      return reply
    }
  }

  #damaged(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes // of an output, whose response is damaged
    const { name, world } = this.#network.process
    const copy = Uint8Array.from(bytes)
    const at = world.choices.between(`${name}/${this.#arrival.operation}/damaged-byte`, 0, copy.length - 1)
    copy[at] = (copy[at] ?? 0) ^ 1
    return copy
  }

  /** While the client waits, the memory that it handed over must not change. */
  #checkUnchanged({ bytes, pieces }: TakenBody): void {
    let at = 0
    const isUnchanged = pieces.every(
      (piece) => Buffer.compare(piece, bytes.subarray(at, (at += piece.length))) === 0,
    )
    const { name, world } = this.#network.process
    if (!isUnchanged) world.fail('part memory', `${name} changed the bytes of a request in flight.`)
  }

  /** Takes the rest of a body after an early response. */
  #sendOn(): void {
    if (this.#isClosed || !this.#network.process.isRunning()) return
    const { name, world } = this.#network.process
    const { body, headers } = this.#arrival.sdk
    void Promise.resolve(takeBody(body)).then(({ bytes }) => {
      if (this.#isClosed || sha256(bytes).toString('hex') === headers['x-amz-content-sha256']) return
      world.fail('part memory', `${name} continued to send a part after its early response and its release.`)
    })
  }

  #response(reply: Reply, isOfService: boolean): SdkResponse {
    const { process, front } = this.#network
    const { fault, ending, whiteSpaceMin = 0 } = this.#course
    const sent: Record<string, string> = {
      date: new Date(process.world.scheduler.nowMs).toUTCString(),
      ...reply.headers,
    }
    if (isOfService) sent[front.requestIdHeader] = `request-${this.#record.sentMs}`
    // Node.js takes the end of a body before its Content-Length for a failure of the connection.
    if (fault === 'body-cut' || whiteSpaceMin > 0) delete sent['content-length']
    const responded = (): void => {
      this.#record.responded ||= ending === undefined
    }
    if (whiteSpaceMin > 0)
      return {
        statusCode: 200, // sent before it is known how the operation ends
        headers: sent,
        body: spacedBody(process, reply.body, whiteSpaceMin, responded),
      }
    responded()
    return { statusCode: reply.status, headers: sent, body: this.#bodyOf(reply, isOfService) }
  }

  #bodyOf(reply: Reply, isOfService: boolean): ResponseBody {
    const { process, front } = this.#network
    const { fault } = this.#course
    const { sdk, operation } = this.#arrival
    const { status, body } = reply
    if (sdk.method === 'HEAD') return shortBody(new Uint8Array()) // only the headers of what it would be
    const isOutput = operation === front.output && isOfService && status < 300
    const isDamaged = fault === 'body-damaged' && front.showsDamage(reply)
    const bodyFault = fault === 'body-cut' || isDamaged ? fault : undefined
    const isLong = isOutput || bodyFault === 'body-cut'
    const names = { operation, call: `${front.output}/body` }
    return isLong ? longBody(process, names, body, bodyFault) : shortBody(body)
  }

  #passing(milliseconds: number): Promise<void> {
    const { process } = this.#network
    return new Promise((resolve) => {
      process.world.scheduler.after(milliseconds, () => {
        if (process.isRunning() && !this.#isClosed) resolve()
      })
    })
  }
}
