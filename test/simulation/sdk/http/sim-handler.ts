/** The request handler of the SDK, in place of the one that makes connections. */
import { ServiceRefusal } from '../../service/service.js'
import type { SimProcess } from '../../world/sim-process.js'
import { Arrivals } from './arrivals.js'
import type { CallRecords } from './call-records.js'
import { Exchange, type Network, type SdkResponse } from './exchange.js'
import type { SdkRequest } from './http.js'
import { abortErrorOf } from './node-errors.js'
import { isOver } from './request-body.js'
import { shortBody, type ResponseBody } from './response-body.js'
import type { Arrival, ServiceFront } from './service-front.js'
import type { SimCredentials } from './sim-credentials.js'

/** Hands the requests of one process to the simulated network. */
export class SimHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' }
  readonly #network: Network
  readonly #credentials: SimCredentials
  readonly #records: CallRecords

  constructor(process: SimProcess, front: ServiceFront, credentials: SimCredentials, records: CallRecords) {
    this.#network = {
      process,
      front,
      arrivals: new Arrivals(process, front),
      latencyMs: process.world.choices.pick(`${process.name}/latency-ms`, [0, 20, 2_000], 0.2),
    }
    this.#credentials = credentials
    this.#records = records
  }

  /** Makes a request. The signal closes its connection, as that of Node.js, also while the response is read. */
  async handle(
    sdk: SdkRequest,
    { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
  ): Promise<{ readonly response: SdkResponse }> {
    if (abortSignal?.aborted) throw abortErrorOf(abortSignal)
    let arrival: Arrival
    try {
      arrival = this.#network.arrivals.read(sdk)
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error
      const { front } = this.#network
      const { status, headers, body } = front.refusalReply(error)
      const withId = { ...headers, [front.requestIdHeader]: 'malformed' }
      return { response: { statusCode: status, headers: withId, body: shortBody(body) } }
    }
    return { response: await this.#exchange(arrival, abortSignal) }
  }

  updateHttpClientConfig(): void {
    // It has no configuration.
  }

  httpHandlerConfigs(): object {
    return {}
  }

  destroy(): void {
    // It has no connections.
  }

  #exchange(arrival: Arrival, signal: AbortSignal | undefined): Promise<SdkResponse> {
    const { process, front } = this.#network
    const { sdk, caller, operation, summary } = arrival
    const record = front.history.begin(process.name, caller, operation, summary)
    this.#records.add(record)
    const isExpired = this.#credentials.isExpired(sdk, operation)
    const exchange = new Exchange(this.#network, arrival, record, isExpired)
    process.requests++
    return new Promise((resolve, reject) => {
      const end = (): void => {
        process.requests--
        signal?.removeEventListener('abort', abort)
      }
      let body: ResponseBody | undefined
      const abort = (): void => {
        exchange.close()
        end()
        body?.abort()
        if (signal) reject(abortErrorOf(signal))
      }
      signal?.addEventListener('abort', abort, { once: true })
      const run = async (): Promise<void> => {
        const response = await exchange.run()
        if (signal?.aborted) return
        // A connection whose request is not sent to its end is in use until it is closed.
        body = response.body
        body.onOver = () => {
          if (isOver(sdk.body) && signal?.aborted !== true) end()
        }
        resolve(response)
      }
      run().catch((error: unknown) => {
        if (signal?.aborted) return
        end()
        reject(error instanceof Error ? error : new Error(String(error)))
      })
    })
  }
}
