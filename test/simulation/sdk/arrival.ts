/** An HTTP request at the service: its checks, its operation and its response. */
import type { RequestRecord } from '../service/history.js'
import { wrongBodyHash } from '../service/refusals.js'
import type { ServiceModel } from '../service/service-model.js'
import { ServiceRefusal, type Caller } from '../service/service.js'
import { sha256 } from '../service/tree-hash.js'
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'
import type { Reply, SdkRequest } from './http.js'
import { operationOf, type HttpOperation } from './operations.js'
import { refusalReply } from './replies.js'

/** The requests of one process at the service. */
export class Arrivals {
  readonly #process: SimProcess
  readonly #service: ServiceModel
  readonly #accountId: string

  /** @param accountId - the account of the credentials */
  constructor(process: SimProcess, service: ServiceModel, accountId: string) {
    this.#process = process
    this.#service = service
    this.#accountId = accountId
  }

  /**
   * Reads a request. One that the service would not understand breaks an invariant.
   *
   * @throws {ServiceRefusal} it is malformed
   */
  read(sdk: SdkRequest): Arrival {
    try {
      return { sdk, ...this.#checked(sdk) }
    } catch (error) {
      this.#process.world.fail('request form', `${sdk.method} ${sdk.path}: ${String(error)}`)
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
      const { reply } = this.#service.history.carryOut(record, () => {
        const done = this.#act(arrival, bytes, fault)
        return { ...done.ids, reply: done }
      })
      return reply
    } catch (thrown) {
      if (!(thrown instanceof ServiceRefusal)) throw thrown
      if (fault !== 'body-damaged') this.#checkMemory(thrown)
      return refusalReply(thrown)
    }
  }

  #checked(sdk: SdkRequest): Omit<Arrival, 'sdk'> {
    const { headers } = sdk
    if (headers['x-amz-glacier-version'] !== '2012-06-01')
      throw new ServiceRefusal(
        400,
        'MissingParameterValueException',
        'Required parameter missing: API version',
      )
    if (!/^AWS4-HMAC-SHA256 Credential=.*Signature=[0-9a-f]{64}$/.test(headers.authorization ?? ''))
      throw new ServiceRefusal(400, 'MissingAuthenticationTokenException', 'Missing Authentication Token')
    const { accountId = '', vaultName, operation } = operationOf(sdk)
    if (!operation) throw new ServiceRefusal(404, 'UnknownOperationException', 'Unknown operation')
    return { pathAccountId: accountId, caller: { accountId: this.#accountId, vaultName }, operation }
  }

  #act(
    { sdk, pathAccountId, caller, operation }: Arrival,
    bytes: Uint8Array,
    fault: FaultKind | undefined,
  ): Reply {
    if (pathAccountId !== '-' && pathAccountId !== caller.accountId) {
      this.#service.history.tookEffect('other-account')
      throw new ServiceRefusal(403, 'AccessDeniedException', 'The account is not that of the credentials.')
    }
    const stated = sdk.headers['x-amz-content-sha256']
    const computed = sha256(bytes).toString('hex')
    if (stated !== computed) throw wrongBodyHash(computed, String(stated))
    if (fault !== 'not-a-range' || !operation.actWhole) return operation.act(this.#service, caller, bytes)
    const { name, world } = this.#process
    const status = world.choices.pick(`${name}/jobOutput/instead`, [200, 206])
    return operation.actWhole(this.#service, caller, status)
  }

  /** A body that was not damaged has the hashes that the client states, unless the client reads released memory. */
  #checkMemory({ code, message }: ServiceRefusal): void {
    if (code !== 'InvalidSignatureException' && !message.startsWith('Checksum mismatch')) return
    const { name, world } = this.#process
    world.fail('part memory', `${name} sent bytes that do not have the stated hash: ${message}`)
  }
}

/** A request that the service understands. */
export interface Arrival {
  readonly sdk: SdkRequest
  /** The account in the path. */
  readonly pathAccountId: string
  readonly caller: Caller
  readonly operation: HttpOperation
}
