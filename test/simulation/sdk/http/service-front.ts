/** The part of the simulated HTTP that is different for each service: how it reads requests, and its responses and faults. */
import type { FaultTable } from '../../network/drawn-fault.js'
import type { Operation } from '../../network/requests.js'
import type { RequestHistory, RequestSummary } from '../../service/history.js'
import type { Caller, ServiceRefusal } from '../../service/service.js'
import type { FaultKind } from '../../world/faults.js'
import type { CourseMaker, ResponseForms } from './course.js'
import type { Reply, SdkRequest } from './http.js'

/** A request that the service understands. */
export interface Arrival {
  readonly sdk: SdkRequest
  readonly caller: Caller
  readonly operation: Operation
  readonly summary: RequestSummary
  /**
   * Carries it out.
   *
   * @param bytes - its body as it arrives
   * @param fault - what the network does to it
   * @throws {ServiceRefusal} the service refuses it
   */
  act(bytes: Uint8Array, fault: FaultKind | undefined): Reply
}

/** A service below the SDK, as one process reaches it. */
export interface ServiceFront extends ResponseForms {
  readonly history: RequestHistory
  /** The header with the ID of a request, which each response of the service has. */
  readonly requestIdHeader: string
  /** The operation whose response is bytes of an archive or of an object. */
  readonly output: Operation
  /**
   * Reads a request.
   *
   * @throws {ServiceRefusal} the service does not understand it
   */
  read(sdk: SdkRequest): Arrival
  /** The faults of an operation, besides those of all. */
  faultsOf(operation: Operation): FaultTable<CourseMaker>
  /** Whether a refusal says that a body does not have the hashes that the request states. */
  isAboutBody(refusal: ServiceRefusal): boolean
  /** Whether a damage of the body of a reply shows. */
  showsDamage(reply: Reply): boolean
}
