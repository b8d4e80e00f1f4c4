/** The vault over HTTP: the checks of a request, its operation and its response. */
import type { CourseMaker } from '../http/course.js'
import type { Reply, SdkRequest } from '../http/http.js'
import type { Arrival, ServiceFront } from '../http/service-front.js'
import type { FaultTable } from '../../network/drawn-fault.js'
import { VAULT_ERRORS } from '../../network/failures.js'
import type { Operation } from '../../network/requests.js'
import type { RequestHistory } from '../../service/history.js'
import { wrongBodyHash } from '../../service/refusals.js'
import type { ServiceModel } from '../../service/service-model.js'
import { ServiceRefusal } from '../../service/service.js'
import { sha256 } from '../../service/tree-hash.js'
import type { FaultKind } from '../../world/faults.js'
import type { SimProcess } from '../../world/sim-process.js'
import { faultsOfVault } from './vault-faults.js'
import { operationOf, type HttpOperation } from './vault-operations.js'
import { refusalReply } from './vault-replies.js'

/** The vault, as one process reaches it. */
export class VaultFront implements ServiceFront {
  readonly history: RequestHistory
  readonly refusals = VAULT_ERRORS
  readonly requestIdHeader = 'x-amzn-requestid'
  readonly output = 'jobOutput'
  readonly #process: SimProcess
  readonly #service: ServiceModel
  readonly #accountId: string

  /** @param accountId - the account of the credentials */
  constructor(process: SimProcess, service: ServiceModel, accountId: string) {
    this.history = service.history
    this.#process = process
    this.#service = service
    this.#accountId = accountId
  }

  read(sdk: SdkRequest): Arrival {
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
    const caller = { accountId: this.#accountId, vaultName }
    const { name, summary } = operation
    const act: Arrival['act'] = (bytes, fault) => {
      this.#checkAccount(accountId)
      const stated = headers['x-amz-content-sha256']
      const computed = sha256(bytes).toString('hex')
      if (stated !== computed) throw wrongBodyHash(computed, String(stated))
      return this.#act(operation, caller, bytes, fault)
    }
    return { sdk, caller, operation: name, summary, act }
  }

  refusalReply(refusal: ServiceRefusal): Reply {
    return refusalReply(refusal)
  }

  faultsOf(operation: Operation): FaultTable<CourseMaker> {
    return faultsOfVault(operation)
  }

  respondsEarly(): boolean {
    return false
  }

  isAboutBody({ code, message }: ServiceRefusal): boolean {
    return code === 'InvalidSignatureException' || message.startsWith('Checksum mismatch')
  }

  /** An inventory has no hash that would reveal a damaged byte: only TLS protects it. */
  showsDamage({ headers }: Reply): boolean {
    return headers['x-amz-sha256-tree-hash'] !== undefined
  }

  /** The service denies a request to another account than that of the credentials. */
  #checkAccount(pathAccountId: string): void {
    if (pathAccountId === '-' || pathAccountId === this.#accountId) return
    this.history.tookEffect('other-account')
    throw new ServiceRefusal(403, 'AccessDeniedException', 'The account is not that of the credentials.')
  }

  #act(
    operation: HttpOperation,
    caller: Arrival['caller'],
    bytes: Uint8Array,
    fault: FaultKind | undefined,
  ): Reply {
    if (fault !== 'not-a-range' || !operation.actWhole) return operation.act(this.#service, caller, bytes)
    const { name, world } = this.#process
    const status = world.choices.pick(`${name}/jobOutput/instead`, [200, 206])
    return operation.actWhole(this.#service, caller, status)
  }
}
