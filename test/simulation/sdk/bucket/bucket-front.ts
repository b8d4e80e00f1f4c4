/** The bucket over HTTP: the checks of a request, its operation and its response. */
import { BUCKET_ERRORS } from '../../bucket/bucket-failures.js'
import type { BucketModel } from '../../bucket/bucket-model.js'
import { wrongBodyHash } from '../../bucket/bucket-refusals.js'
import type { FaultTable } from '../../network/drawn-fault.js'
import type { Operation } from '../../network/requests.js'
import { ACCOUNT } from '../../service/accounts.js'
import type { RequestHistory } from '../../service/history.js'
import { ServiceRefusal } from '../../service/service.js'
import { sha256 } from '../../service/tree-hash.js'
import type { FaultKind } from '../../world/faults.js'
import type { SimProcess } from '../../world/sim-process.js'
import type { CourseMaker } from '../http/course.js'
import type { Reply, SdkRequest } from '../http/http.js'
import type { Arrival, ServiceFront } from '../http/service-front.js'
import { faultsOfBucket } from './bucket-faults.js'
import { refusalReply } from './bucket-replies.js'
import { addressed, checkSigned } from './bucket-request.js'
import { routeOf, type BucketOperation } from './bucket-routes.js'

/** The bucket, as one process reaches it. */
export class BucketFront implements ServiceFront {
  readonly history: RequestHistory
  readonly refusals = BUCKET_ERRORS
  readonly requestIdHeader = 'x-amz-request-id'
  readonly output = 'getObject'
  readonly #process: SimProcess
  readonly #bucket: BucketModel

  constructor(process: SimProcess, bucket: BucketModel) {
    this.history = bucket.history
    this.#process = process
    this.#bucket = bucket
  }

  read(sdk: SdkRequest): Arrival {
    const request = addressed(sdk)
    checkSigned(request)
    const route = routeOf(request)
    if (!route) throw new ServiceRefusal(405, 'MethodNotAllowed', 'The method is not allowed here.')
    const { bucket, key, headers } = request
    const operation = route(request, this.#process.name)
    const act: Arrival['act'] = (bytes, fault) => {
      const computed = sha256(bytes).toString('hex')
      if (headers['x-amz-content-sha256'] !== computed) throw wrongBodyHash(computed)
      return this.#act(operation, bytes, fault)
    }
    return {
      sdk,
      caller: { accountId: ACCOUNT, vaultName: `s3://${bucket}` },
      ...{ operation: operation.name, summary: { key, ...operation.summary }, act },
    }
  }

  refusalReply(refusal: ServiceRefusal): Reply {
    return refusalReply(refusal)
  }

  faultsOf(operation: Operation): FaultTable<CourseMaker> {
    return faultsOfBucket(operation)
  }

  respondsEarly(operation: Operation): boolean {
    return operation === 'completeUpload'
  }

  isAboutBody({ code }: ServiceRefusal): boolean {
    return code === 'XAmzContentSHA256Mismatch'
  }

  /** The hashes of all parts of an object are known. */
  showsDamage(): boolean {
    return true
  }

  #act(operation: BucketOperation, bytes: Uint8Array, fault: FaultKind | undefined): Reply {
    if (fault !== 'not-a-range' || !operation.actWhole) return operation.act(this.#bucket, bytes)
    const { name, world } = this.#process
    const status = world.choices.pick(`${name}/getObject/instead`, [200, 206])
    return operation.actWhole(this.#bucket, status)
  }
}
