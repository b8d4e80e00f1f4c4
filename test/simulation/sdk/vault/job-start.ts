/** InitiateJob, whose body is one flat object (docs/glacier-protocol.md#jobs). */
import type { RequestSummary } from '../../service/history.js'
import { invalidValue } from '../../service/refusals.js'
import { ServiceRefusal, type JobResponse, type Service } from '../../service/service.js'
import { emptyReply } from '../http/http.js'
import type { HttpOperation, RoutedRequest } from './vault-operations.js'
import { textOf } from '../http/request-body.js'

interface JobParameters {
  readonly Type?: string
  readonly ArchiveId?: string
  readonly RetrievalByteRange?: string
  readonly Tier?: JobResponse['tier']
  readonly Format?: 'JSON' | 'CSV'
  readonly Description?: string
}

/** The operation of a request that starts a job. */
export function startJob({ sdk }: RoutedRequest): HttpOperation {
  const parameters = JSON.parse(textOf(sdk.body)) as JobParameters
  const { Type: type, Description: description } = parameters
  if (type === 'archive-retrieval') return startRetrieval(parameters)
  if (type !== 'inventory-retrieval') throw invalidValue(`Invalid job type: ${type}`)
  return starting('startInventory', { description }, (service, caller) =>
    service.startInventory(caller, description, parameters.Format),
  )
}

function startRetrieval({ ArchiveId, RetrievalByteRange, Tier, Description }: JobParameters): HttpOperation {
  if (ArchiveId === undefined)
    throw new ServiceRefusal(400, 'MissingParameterValueException', 'Required parameter missing: ArchiveId')
  const [first, last] = RetrievalByteRange?.split('-').map(Number) ?? []
  const range = first === undefined || last === undefined ? undefined : { start: first, end: last + 1 }
  const order = { archiveId: ArchiveId, range, tier: Tier, description: Description }
  const summary = { archiveId: ArchiveId, range, description: Description }
  return starting('startRetrieval', summary, (service, caller) => service.startRetrieval(caller, order))
}

function starting(
  name: 'startRetrieval' | 'startInventory',
  summary: RequestSummary,
  start: (service: Service, caller: Parameters<Service['startInventory']>[0]) => { readonly jobId: string },
): HttpOperation {
  return {
    name,
    summary,
    act: (service, caller) => {
      const { jobId } = start(service, caller)
      const location = `/${caller.accountId}/vaults/${caller.vaultName}/jobs/${jobId}`
      return { ...emptyReply(202, { 'x-amz-job-id': jobId, location }), ids: { jobId } }
    },
  }
}
