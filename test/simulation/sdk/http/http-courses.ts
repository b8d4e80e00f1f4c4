/**
 * What the network does with an HTTP request. The decisions have the names that they have at the port
 * (network/courses.ts); some have more outcomes here, since only HTTP has them.
 */
import { CONNECTION_TIMEOUT_MS, IDLE_TIMEOUT_MS, MINUTE_MS } from '../../network/courses.js'
import { drawnFault, type FaultTable } from '../../network/drawn-fault.js'
import type { ServiceRefusal } from '../../service/service.js'
import type { FaultKind } from '../../world/faults.js'
import {
  DIRECT,
  type CourseMaker,
  type Ending,
  type HttpCourse,
  type OnTheWay,
  type ResponseForms,
} from './course.js'
import { emptyReply, pageReply } from './http.js'

const FOR_ALL: FaultTable<CourseMaker> = [
  ['throttled', ({ forms }) => unacted('throttled', ofService(forms, forms.refusals.throttling()))],
  ['server-error', (way, name) => unacted('server-error', serverError(way, name))],
  ['server-error-after', (way, name) => acted('server-error-after', serverError(way, name))],
  ['request-lost', requestLost],
  ['request-late', requestLate],
  ['response-lost', (way, name) => acted('response-lost', withoutResponse(way, name))],
  ['response-late', responseLate],
  ['middlebox-page', middleboxPage],
]

/** The faults of requests that carry bytes of an archive or of an object. */
export const FOR_BODIES: FaultTable<CourseMaker> = [
  ['early-response', earlyResponse],
  ['slow-request', slowRequest],
  ofResponse('body-damaged'),
]

/**
 * Decides on the course of a request.
 *
 * @param special - the faults of its operation, besides those of all
 */
export function courseOf(way: OnTheWay, special: FaultTable<CourseMaker>): HttpCourse {
  const { process, operation } = way
  const name = `${process.name}/${operation}`
  return drawnFault(process, name, FOR_ALL, special)?.(way, name) ?? DIRECT
}

/** The course of a request whose credentials have expired. */
export function expired(forms: ResponseForms): HttpCourse {
  return unacted('credentials-expired', ofService(forms, forms.refusals.expiredToken()))
}

/** A fault of a request that is carried out at once: what arrives, or what is responded, is not what it should be. */
export function ofResponse(fault: FaultKind): FaultTable<CourseMaker>[number] {
  return [fault, () => ({ ...DIRECT, fault })]
}

/** The course of a request that is never carried out. */
export function unacted(fault: FaultKind, ending: Ending, isBodyRead = true): HttpCourse {
  return { fault, arrivesMs: undefined, settlesMs: 0, ending, isBodyRead }
}

/** The course of a request that is carried out. */
export function acted(fault: FaultKind, ending: Ending): HttpCourse {
  return { ...DIRECT, fault, ending }
}

/** No response: the connection fails, or the client gives the request up. */
export function withoutResponse({ process: { world } }: OnTheWay, name: string): Ending {
  const code = world.choices.pick(`${name}/lost-by`, ['ECONNRESET', 'silence'])
  return code === 'silence' ? code : { code }
}

function ofService(forms: ResponseForms, refusal: ServiceRefusal): Ending {
  return { reply: forms.refusalReply(refusal), isOfService: true }
}

function serverError({ process: { world }, forms }: OnTheWay, name: string): Ending {
  const status = world.choices.pick(`${name}/status`, [500, 503, 502], 0.5)
  return status === 500
    ? ofService(forms, forms.refusals.serviceFailure())
    : { reply: emptyReply(status, {}), isOfService: true }
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

function responseLate({ process: { world }, operation, forms }: OnTheWay, name: string): HttpCourse {
  const fault = 'response-late'
  const minutes = world.choices.between(`${name}/late-min`, 1, 4)
  const isEarly =
    forms.respondsEarly(operation) && world.choices.pick(`${name}/responds-early`, [false, true])
  return isEarly
    ? { ...DIRECT, fault, whiteSpaceMin: minutes }
    : { ...DIRECT, fault, settlesMs: minutes * MINUTE_MS }
}

function middleboxPage({ process: { world } }: OnTheWay, name: string): HttpCourse {
  const status = world.choices.pick(`${name}/status`, [503, 200, 403, 502, 302])
  const isForwarded = world.choices.pick(`${name}/forwarded`, [false, true])
  const ending = { reply: pageReply(status), isOfService: false }
  return isForwarded ? acted('middlebox-page', ending) : unacted('middlebox-page', ending)
}

function earlyResponse(way: OnTheWay, name: string): HttpCourse {
  const { process, forms } = way
  const how = process.world.choices.pick(`${name}/early`, ['throttled', 'server-error', 'ECONNRESET', 'page'])
  const endings: Record<typeof how, () => Ending> = {
    throttled: () => ofService(forms, forms.refusals.throttling()),
    'server-error': () => serverError(way, name),
    ECONNRESET: () => ({ code: 'ECONNRESET' }),
    page: () => ({ reply: pageReply(403), isOfService: false }),
  }
  return unacted('early-response', endings[how](), false)
}

function slowRequest({ process: { world }, forms }: OnTheWay, name: string): HttpCourse {
  const how = world.choices.pick(`${name}/408`, ['with-code', 'without-body', 'without-id'], 0.5)
  const refusal = forms.refusals.slowRequest()
  const endings: Record<typeof how, Ending> = {
    'with-code': ofService(forms, refusal),
    'without-body': { reply: emptyReply(refusal.status, {}), isOfService: true },
    'without-id': { reply: emptyReply(408, {}), isOfService: false },
  }
  return unacted('slow-request', endings[how], false)
}
