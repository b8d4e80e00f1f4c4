/** The faults of requests to a vault below the SDK. */
import type { FaultTable } from '../../network/drawn-fault.js'
import type { Operation } from '../../network/requests.js'
import type { CourseMaker } from '../http/course.js'
import { FOR_BODIES, ofResponse } from '../http/http-courses.js'

/** JSON may be cut as well: only HTTP has it. */
const FOR_JSON: FaultTable<CourseMaker> = [ofResponse('body-cut')]
const FOR_OUTPUTS: FaultTable<CourseMaker> = [
  ofResponse('body-damaged'),
  ofResponse('body-cut'),
  ofResponse('not-a-range'),
]

const SPECIAL: Readonly<Partial<Record<Operation, FaultTable<CourseMaker>>>> = {
  uploadArchive: FOR_BODIES,
  uploadPart: FOR_BODIES,
  jobOutput: FOR_OUTPUTS,
  listParts: FOR_JSON,
  listUploads: FOR_JSON,
  listJobs: FOR_JSON,
  describeJob: FOR_JSON,
  describeVault: FOR_JSON,
}

/** The faults of an operation, besides those of all. */
export function faultsOfVault(operation: Operation): FaultTable<CourseMaker> {
  return SPECIAL[operation] ?? []
}
