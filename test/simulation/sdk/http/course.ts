/** The course of an HTTP request: what the network does with it, and what reaches the client. */
import type { Operation } from '../../network/requests.js'
import type { ServiceRefusals } from '../../network/service-errors.js'
import type { ServiceRefusal } from '../../service/service.js'
import type { FaultKind } from '../../world/faults.js'
import type { SimProcess } from '../../world/sim-process.js'
import type { Reply } from './http.js'

/** The response or the failure that reaches the client in place of the response of the service. */
export type Ending =
  /** A response of the service, or of something in between, which has no request ID. */
  | { readonly reply: Reply; readonly isOfService: boolean }
  /** A failure of the connection, with a code of Node.js. */
  | { readonly code: string }
  /** Nothing: the client gives the request up. */
  | 'silence'

/** The course of a request. Times are milliseconds after it is sent. */
export interface HttpCourse {
  /** The fault that happens; `undefined` if none does. */
  readonly fault?: FaultKind
  /** When the service carries the request out; `undefined`: never. */
  readonly arrivesMs: number | undefined
  /** When the client gets the response, or the error. */
  readonly settlesMs: number
  /** Default: the response of the service. */
  readonly ending?: Ending
  /** Whether the connection takes the body before the ending. */
  readonly isBodyRead: boolean
  /** The minutes in which the body of a success is nothing but white space; default 0. */
  readonly whiteSpaceMin?: number
}

/** The course of nearly all requests. */
export const DIRECT: HttpCourse = { arrivesMs: 0, settlesMs: 0, isBodyRead: true }

/** The responses of a service that its faults have. */
export interface ResponseForms {
  readonly refusals: ServiceRefusals
  /** The reply that refuses a request. */
  refusalReply(refusal: ServiceRefusal): Reply
  /** Whether the service may respond to an operation with 200 before it is done, and send white space until then. */
  respondsEarly(operation: Operation): boolean
}

/** A request that is about to take its course. */
export interface OnTheWay {
  readonly process: SimProcess
  readonly operation: Operation
  readonly forms: ResponseForms
}

/**
 * Makes the course of a request.
 *
 * @param name - of the request, in the names of choices
 */
export type CourseMaker = (way: OnTheWay, name: string) => HttpCourse
