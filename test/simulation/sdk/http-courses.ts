/**
 * What the network does with an HTTP request. The decisions have the names that they have at the port
 * (network/courses.ts); some have more outcomes here, since only HTTP has them.
 */
import { CONNECTION_TIMEOUT_MS, IDLE_TIMEOUT_MS, MINUTE_MS } from '../network/courses.js'
import { drawnFault, type FaultTable } from '../network/drawn-fault.js'
import { expiredToken, serviceFailure, throttling } from '../service/refusals.js'
import { ServiceRefusal, type Service } from '../service/service.js'
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'
import { emptyReply, type Reply } from './http.js'
import { pageReply, refusalReply } from './replies.js'

/** What reaches the client in place of the service's response. */
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
}

/** The course of nearly all requests. */
export const DIRECT: HttpCourse = { arrivesMs: 0, settlesMs: 0, isBodyRead: true }

/** A request that is about to take its course. */
export interface OnTheWay {
  readonly process: SimProcess
  readonly operation: keyof Service
}

type Maker = (way: OnTheWay, name: string) => HttpCourse

const FOR_ALL: FaultTable<Maker> = [
  ['throttled', () => unacted('throttled', THROTTLING)],
  ['server-error', (way, name) => unacted('server-error', serverError(way, name))],
  ['server-error-after', (way, name) => acted('server-error-after', serverError(way, name))],
  ['request-lost', requestLost],
  ['request-late', requestLate],
  ['response-lost', (way, name) => acted('response-lost', withoutResponse(way, name))],
  ['response-late', responseLate],
  ['middlebox-page', middleboxPage],
]
const FOR_BODIES: FaultTable<Maker> = [
  ['early-response', earlyResponse],
  ['slow-request', slowRequest],
  ['body-damaged', () => ({ ...DIRECT, fault: 'body-damaged' })],
]
/** JSON may be cut as well: only HTTP has it. */
const FOR_JSON: FaultTable<Maker> = [['body-cut', () => ({ ...DIRECT, fault: 'body-cut' })]]
const FOR_OUTPUTS: FaultTable<Maker> = [
  ['body-damaged', () => ({ ...DIRECT, fault: 'body-damaged' })],
  ['body-cut', () => ({ ...DIRECT, fault: 'body-cut' })],
  ['not-a-range', () => ({ ...DIRECT, fault: 'not-a-range' })],
]

const THROTTLING = ofService(throttling())

/** The faults of some operations, besides those of all. */
const SPECIAL: Readonly<Partial<Record<keyof Service, typeof FOR_ALL>>> = {
  uploadArchive: FOR_BODIES,
  uploadPart: FOR_BODIES,
  jobOutput: FOR_OUTPUTS,
  listParts: FOR_JSON,
  listUploads: FOR_JSON,
  listJobs: FOR_JSON,
  describeJob: FOR_JSON,
  describeVault: FOR_JSON,
}

/** Decides on the course of a request. */
export function courseOf(way: OnTheWay): HttpCourse {
  const { process, operation } = way
  const name = `${process.name}/${operation}`
  return drawnFault(process, name, FOR_ALL, SPECIAL[operation] ?? [])?.(way, name) ?? DIRECT
}

/** The course of a request whose credentials have expired. */
export const EXPIRED: HttpCourse = unacted('credentials-expired', ofService(expiredToken()))

function ofService(refusal: ServiceRefusal): Ending {
  return { reply: refusalReply(refusal), isOfService: true }
}

function unacted(fault: FaultKind, ending: Ending, isBodyRead = true): HttpCourse {
  return { fault, arrivesMs: undefined, settlesMs: 0, ending, isBodyRead }
}

function acted(fault: FaultKind, ending: Ending): HttpCourse {
  return { ...DIRECT, fault, ending }
}

function serverError({ process: { world } }: OnTheWay, name: string): Ending {
  const status = world.choices.pick(`${name}/status`, [500, 503, 502], 0.5)
  return status === 500 ? ofService(serviceFailure()) : { reply: emptyReply(status, {}), isOfService: true }
}

function requestLost({ process: { world } }: OnTheWay, name: string): HttpCourse {
  const how = world.choices.pick(`${name}/lost-by`, ['ECONNRESET', 'ECONNREFUSED', 'ETIMEDOUT', 'silence'])
  if (how === 'silence') return unacted('request-lost', how)
  const isReset = how === 'ECONNRESET'
  const course = unacted('request-lost', { code: how }, isReset)
  return { ...course, settlesMs: how === 'ETIMEDOUT' ? CONNECTION_TIMEOUT_MS : 0 }
}

function requestLate(way: OnTheWay, name: string): HttpCourse {
  const ending = withoutResponse(way, name)
  const minutes = way.process.world.choices.between(`${name}/late-min`, 1, 30)
  const givenUpMs = ending === 'silence' ? IDLE_TIMEOUT_MS : 0
  return { ...acted('request-late', ending), arrivesMs: givenUpMs + MINUTE_MS * minutes }
}

function withoutResponse({ process: { world } }: OnTheWay, name: string): Ending {
  const code = world.choices.pick(`${name}/lost-by`, ['ECONNRESET', 'silence'])
  return code === 'silence' ? code : { code }
}

function responseLate({ process: { world } }: OnTheWay, name: string): HttpCourse {
  const minutes = world.choices.between(`${name}/late-min`, 1, 4)
  return { ...DIRECT, fault: 'response-late', settlesMs: minutes * MINUTE_MS }
}

function middleboxPage({ process: { world } }: OnTheWay, name: string): HttpCourse {
  const status = world.choices.pick(`${name}/status`, [503, 200, 403, 502, 302])
  const isForwarded = world.choices.pick(`${name}/forwarded`, [false, true])
  const ending = { reply: pageReply(status), isOfService: false }
  return isForwarded ? acted('middlebox-page', ending) : unacted('middlebox-page', ending)
}

function earlyResponse(way: OnTheWay, name: string): HttpCourse {
  const how = way.process.world.choices.pick(`${name}/early`, [
    'throttled',
    'server-error',
    'ECONNRESET',
    'page',
  ])
  const endings: Record<typeof how, () => Ending> = {
    throttled: () => THROTTLING,
    'server-error': () => serverError(way, name),
    ECONNRESET: () => ({ code: 'ECONNRESET' }),
    page: () => ({ reply: pageReply(403), isOfService: false }),
  }
  return unacted('early-response', endings[how](), false)
}

function slowRequest({ process: { world } }: OnTheWay, name: string): HttpCourse {
  const how = world.choices.pick(`${name}/408`, ['with-code', 'without-body', 'without-id'], 0.5)
  const ending: Ending =
    how === 'with-code'
      ? ofService(new ServiceRefusal(408, 'RequestTimeoutException', 'Request timed out.'))
      : { reply: emptyReply(408, {}), isOfService: how === 'without-body' }
  return unacted('slow-request', ending, false)
}
