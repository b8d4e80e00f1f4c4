/**
 * What the network does with a request. At most one fault happens to a request at the network; the service has faults of
 * its own.
 */
import type { GlacierPipeError } from '../../../lib/errors.js'
import { ServiceRefusal } from '../service/service.js'
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'
import { drawnFault, type FaultTable } from './drawn-fault.js'
import { pageError, timeoutError } from './failures.js'
import type { Operation, SimRequest } from './requests.js'
import type { ServiceErrors } from './service-errors.js'

/** The time without progress after which a client gives a request up. */
export const IDLE_TIMEOUT_MS = 300_000
/** The time after which a connection that does not open is given up. */
export const CONNECTION_TIMEOUT_MS = 10_000
export const MINUTE_MS = 60_000

/** The course of a request. Times are milliseconds after it is sent. */
export interface Course {
  /** The fault that happens; `undefined` if none does. */
  readonly fault?: FaultKind
  /** When the service carries the request out; `undefined`: never. */
  readonly arrivesMs: number | undefined
  /** When the client gets the response, or the error. */
  readonly settlesMs: number
  /** The error that the client gets in place of the service's response. */
  readonly error?: GlacierPipeError
  /** The share of the body that is sent. */
  readonly sentShare: number
}

/** The course of nearly all requests. */
export const DIRECT: Course = { arrivesMs: 0, settlesMs: 0, sentShare: 1 }

/** A request, as its course needs it. */
interface Target {
  /** The name of the operation in the service's model. */
  readonly operation: string
  readonly errors: ServiceErrors
}

type Maker = (process: SimProcess, name: string, target: Target) => Course

const FOR_ALL: FaultTable<Maker> = [
  ['throttled', (_, __, target) => refused('throttled', target, target.errors.throttling())],
  ['server-error', (process, name, target) => unacted('server-error', serverError(process, name, target))],
  ['server-error-after', serverErrorAfter],
  ['request-lost', requestLost],
  ['request-late', requestLate],
  ['response-lost', responseLost],
  ['response-late', responseLate],
  ['middlebox-page', middleboxPage],
]

const FOR_BODIES: FaultTable<Maker> = [
  ['early-response', earlyResponse],
  ['slow-request', slowRequest],
  ['body-damaged', () => ({ ...DIRECT, fault: 'body-damaged' })],
]

const FOR_OUTPUTS: FaultTable<Maker> = [
  ['body-damaged', () => ({ ...DIRECT, fault: 'body-damaged' })],
  ['body-cut', () => ({ ...DIRECT, fault: 'body-cut' })],
  ['not-a-range', () => ({ ...DIRECT, fault: 'not-a-range' })],
]

const FOR_COMPLETIONS: FaultTable<Maker> = [['error-in-success', errorInSuccess]]

const SPECIAL: Readonly<Partial<Record<Operation, FaultTable<Maker>>>> = {
  jobOutput: FOR_OUTPUTS,
  getObject: FOR_OUTPUTS,
  completeUpload: FOR_COMPLETIONS,
  uploadPart: [...FOR_BODIES, ['part-late', partLate]],
}

/** Decides on the course of a request. */
export function courseOf(
  process: SimProcess,
  { operation, body }: Pick<SimRequest<unknown>, 'operation' | 'body'>,
  target: Target,
): Course {
  const special = SPECIAL[operation] ?? (body ? FOR_BODIES : [])
  const name = `${process.name}/${operation}`
  return drawnFault(process, name, FOR_ALL, special)?.(process, name, target) ?? DIRECT
}

/** The refusal of a request whose credentials have expired. */
export function expiredCredentials(target: Target): Course {
  return refused('credentials-expired', target, target.errors.expiredToken())
}

function refused(fault: FaultKind, { operation, errors }: Target, refusal: ServiceRefusal): Course {
  return unacted(fault, errors.refusal(operation, refusal))
}

function unacted(fault: FaultKind, error: GlacierPipeError, sentShare = 1): Course {
  return { fault, arrivesMs: undefined, settlesMs: 0, error, sentShare }
}

function serverError({ world }: SimProcess, name: string, { operation, errors }: Target): GlacierPipeError {
  const status = world.choices.pick(`${name}/status`, [500, 503, 502], 0.5)
  return status === 500
    ? errors.refusal(operation, errors.serviceFailure())
    : errors.bareStatus(operation, status)
}

function serverErrorAfter(process: SimProcess, name: string, target: Target): Course {
  return { ...DIRECT, fault: 'server-error-after', error: serverError(process, name, target) }
}

/** The status of the response is a success: its adapter makes 500 of it. It may take minutes until the error comes. */
function errorInSuccess({ world }: SimProcess, name: string, { operation, errors }: Target): Course {
  const fault = 'error-in-success'
  const code = world.choices.pick(`${name}/code`, ['InternalError', 'SlowDown', 'ServiceUnavailable'], 0.5)
  const error = errors.refusal(operation, new ServiceRefusal(500, code, 'We encountered an error.'))
  const settlesMs = MINUTE_MS * world.choices.between(`${name}/after-min`, 0, 4, 0.5)
  const isCarriedOut = world.choices.pick(`${name}/carried-out`, [true, false])
  return { ...(isCarriedOut ? { ...DIRECT, fault, error } : unacted(fault, error)), settlesMs }
}

function requestLost({ world }: SimProcess, name: string, { operation, errors }: Target): Course {
  const fault = 'request-lost'
  const how = world.choices.pick(`${name}/lost-by`, ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'silence'])
  if (how === 'ECONNRESET') return unacted(fault, errors.connection(operation, how), 0.5)
  if (how === 'silence')
    return { ...unacted(fault, timeoutError(operation), 0.5), settlesMs: IDLE_TIMEOUT_MS }
  const settlesMs = how === 'ETIMEDOUT' ? CONNECTION_TIMEOUT_MS : 0
  return { ...unacted(fault, errors.connection(operation, how), 0), settlesMs }
}

function requestLate(process: SimProcess, name: string, target: Target): Course {
  const { settlesMs, error } = withoutResponse(process, name, target)
  const arrivesMs = settlesMs + MINUTE_MS * process.world.choices.between(`${name}/late-min`, 1, 30)
  return { fault: 'request-late', arrivesMs, settlesMs, error, sentShare: 1 }
}

function responseLost(process: SimProcess, name: string, target: Target): Course {
  return { ...DIRECT, ...withoutResponse(process, name, target), fault: 'response-lost' }
}

function withoutResponse(
  { world }: SimProcess,
  name: string,
  { operation, errors }: Target,
): { readonly settlesMs: number; readonly error: GlacierPipeError } {
  return world.choices.pick(`${name}/lost-by`, ['ECONNRESET', 'silence']) === 'silence'
    ? { settlesMs: IDLE_TIMEOUT_MS, error: timeoutError(operation) }
    : { settlesMs: 0, error: errors.connection(operation, 'ECONNRESET') }
}

/** The service holds the part until a newer one has arrived. */
function partLate(process: SimProcess, name: string, target: Target): Course {
  return { ...DIRECT, ...withoutResponse(process, name, target), fault: 'part-late' }
}

function responseLate({ world }: SimProcess, name: string): Course {
  const minutes = world.choices.between(`${name}/late-min`, 1, 4)
  return { ...DIRECT, fault: 'response-late', settlesMs: minutes * MINUTE_MS }
}

function middleboxPage({ world }: SimProcess, name: string, { operation }: Target): Course {
  const fault = 'middlebox-page'
  const status = world.choices.pick(`${name}/status`, [503, 200, 403, 502])
  const error = pageError(operation, status)
  const isForwarded = world.choices.pick(`${name}/forwarded`, [false, true])
  return isForwarded ? { ...DIRECT, fault, error } : unacted(fault, error)
}

function earlyResponse(process: SimProcess, name: string, target: Target): Course {
  const { operation, errors } = target
  const how = process.world.choices.pick(`${name}/early`, ['throttled', 'server-error', 'ECONNRESET'])
  const error =
    how === 'throttled'
      ? errors.refusal(operation, errors.throttling())
      : how === 'server-error'
        ? serverError(process, name, target)
        : errors.connection(operation, how)
  return unacted('early-response', error, 0.5)
}

function slowRequest({ world }: SimProcess, name: string, { operation, errors }: Target): Course {
  const how = world.choices.pick(`${name}/408`, ['with-code', 'without-body', 'without-id'], 0.5)
  const refusal = errors.slowRequest()
  const error =
    how === 'with-code'
      ? errors.refusal(operation, refusal)
      : how === 'without-body'
        ? errors.bareStatus(operation, refusal.status)
        : pageError(operation, 408)
  return unacted('slow-request', error, 0.5)
}
