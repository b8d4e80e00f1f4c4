/** The errors of a service, as its client makes them. */
import type { GlacierPipeError } from '../../../lib/errors.js'
import { ServiceRefusal } from '../service/service.js'

/** The refusals of a service that do not depend on the operation. */
export interface ServiceRefusals {
  /** Too many requests. */
  throttling(): ServiceRefusal
  /** The service itself failed. */
  serviceFailure(): ServiceRefusal
  /** The credentials have expired. */
  expiredToken(): ServiceRefusal
  /** The bytes came too slowly. */
  slowRequest(): ServiceRefusal
}

/** The errors of a service. Operations have the names of its model. */
export interface ServiceErrors extends ServiceRefusals {
  /** The error for a response that refuses the request. */
  refusal(operation: string, refusal: ServiceRefusal): GlacierPipeError
  /** The error for a response with a status, and without an error code of the service. */
  bareStatus(operation: string, status: number): GlacierPipeError
  /** The error for a connection that fails with a code of Node.js. */
  connection(operation: string, code: string): GlacierPipeError
}

/** The error for anything that carrying out a request threw. A mistake in the simulation is passed on as it is. */
export function errorOf(errors: ServiceErrors, operation: string, thrown: unknown): unknown {
  return thrown instanceof ServiceRefusal ? errors.refusal(operation, thrown) : thrown
}
