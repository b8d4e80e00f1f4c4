/** HTTP requests at a service: whether it understands them, and its responses. */
import type { RequestRecord } from '../../service/history.js'
import { ServiceRefusal } from '../../service/service.js'
import type { FaultKind } from '../../world/faults.js'
import type { SimProcess } from '../../world/sim-process.js'
import type { Reply, SdkRequest } from './http.js'
import type { Arrival, ServiceFront } from './service-front.js'

/** The requests of one process at the service. */
export class Arrivals {
  readonly #process: SimProcess
  readonly #front: ServiceFront
  readonly #ids = new Set<string>()

  constructor(process: SimProcess, front: ServiceFront) {
    this.#process = process
    this.#front = front
  }

  /**
   * Reads a request. One that the service would not understand breaks an invariant, and so does one that is sent again: a
   * call of the client is one request.
   *
   * @throws {ServiceRefusal} it is malformed
   */
  read(sdk: SdkRequest): Arrival {
    const { name, world } = this.#process
    const id = sdk.headers['amz-sdk-invocation-id'] ?? ''
    if (this.#ids.has(id)) world.fail('request form', `${name} sends ${sdk.method} ${sdk.path} a second time`)
    this.#ids.add(id)
    try {
      return this.#front.read(sdk)
    } catch (error) {
      world.fail('request form', `${sdk.method} ${sdk.path}: ${String(error)}`)
      throw error
    }
  }

  /**
   * Carries a request out.
   *
   * @param bytes - its body as it arrives
   * @param fault - what the network does to it
   */
  carryOut(arrival: Arrival, record: RequestRecord, bytes: Uint8Array, fault: FaultKind | undefined): Reply {
    try {
      const { reply } = this.#front.history.carryOut(record, () => {
        const done = arrival.act(bytes, fault)
        return { ...done.ids, reply: done }
      })
      return reply
    } catch (thrown) {
      if (!(thrown instanceof ServiceRefusal)) throw thrown
      if (fault !== 'body-damaged') this.#checkMemory(thrown)
      return this.#front.refusalReply(thrown)
    }
  }

  /** A body that was not damaged has the hashes that the client states, unless the client reads released memory. */
  #checkMemory(refusal: ServiceRefusal): void {
    if (!this.#front.isAboutBody(refusal)) return
    const { name, world } = this.#process
    world.fail('part memory', `${name} sent bytes that do not have the stated hash: ${refusal.message}`)
  }
}
