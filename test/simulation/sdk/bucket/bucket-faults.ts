/** The faults of requests to a bucket below the SDK. */
import type { FaultTable } from '../../network/drawn-fault.js'
import type { Operation } from '../../network/requests.js'
import { ServiceRefusal } from '../../service/service.js'
import type { CourseMaker, HttpCourse, OnTheWay } from '../http/course.js'
import { acted, FOR_BODIES, ofResponse, unacted, withoutResponse } from '../http/http-courses.js'
import { refusalReply } from './bucket-replies.js'

const FOR_ALL: FaultTable<CourseMaker> = [['redirected', redirected]]
/** The document of a response may be cut as well: only HTTP has it. */
const FOR_DOCUMENTS: FaultTable<CourseMaker> = [...FOR_ALL, ofResponse('body-cut')]

const SPECIAL: Readonly<Partial<Record<Operation, FaultTable<CourseMaker>>>> = {
  putObject: [...FOR_ALL, ...FOR_BODIES],
  uploadPart: [...FOR_ALL, ...FOR_BODIES, ['part-late', partLate]],
  completeUpload: [...FOR_DOCUMENTS, ['error-in-success', errorInSuccess]],
  createUpload: FOR_DOCUMENTS,
  listParts: FOR_DOCUMENTS,
  getAttributes: FOR_DOCUMENTS,
  getObject: [...FOR_ALL, ofResponse('body-damaged'), ofResponse('body-cut'), ofResponse('not-a-range')],
}

/** The faults of an operation, besides those of all services. */
export function faultsOfBucket(operation: Operation): FaultTable<CourseMaker> {
  return SPECIAL[operation] ?? FOR_ALL
}

/** The service holds the part until a newer one has arrived. */
function partLate(way: OnTheWay, name: string): HttpCourse {
  return acted('part-late', withoutResponse(way, name))
}

/** The status of the response is a success. It may take minutes until the error comes. */
function errorInSuccess({ process: { world }, forms }: OnTheWay, name: string): HttpCourse {
  const fault = 'error-in-success'
  const code = world.choices.pick(`${name}/code`, ['InternalError', 'SlowDown', 'ServiceUnavailable'], 0.5)
  const whiteSpaceMin = world.choices.between(`${name}/after-min`, 0, 4, 0.5)
  const isCarriedOut = world.choices.pick(`${name}/carried-out`, [true, false])
  const refusal = new ServiceRefusal(200, code, 'We encountered an error.')
  const ending = { reply: forms.refusalReply(refusal), isOfService: true }
  return { ...(isCarriedOut ? acted(fault, ending) : unacted(fault, ending)), whiteSpaceMin }
}

/** The service redirects to another region, as for a bucket that is new or was created again elsewhere. */
function redirected({ process: { world } }: OnTheWay, name: string): HttpCourse {
  const status = world.choices.pick(`${name}/redirect`, [307, 301])
  const code = status === 307 ? 'TemporaryRedirect' : 'PermanentRedirect'
  const refusal = new ServiceRefusal(status, code, 'Please send the request to the endpoint of the region.')
  const reply = refusalReply(refusal)
  const headers =
    status === 307
      ? { ...reply.headers, location: 'https://backups.s3-eu-west-1.amazonaws.com/' }
      : { ...reply.headers, 'x-amz-bucket-region': 'eu-west-1' }
  return unacted('redirected', { reply: { ...reply, headers }, isOfService: true })
}
