/** The operations on retrieval jobs. */
import type * as Sdk from '@aws-sdk/client-glacier'
import { toInclusive } from '../../../byte-range.js'
import { toRangeHeader } from '../../../glacier/range-format.js'
import type { Readable } from '../../../streams/node-streams.js'
import { addressOf, type Address } from '../../request-rules.js'
import type {
  InventoryRequest,
  JobRequest,
  JobsRequest,
  OutputRequest,
  RetrievalRequest,
  VaultJob,
  VaultJobOutput,
  VaultJobsPage,
  VaultRequest,
} from '../../vault-client.js'
import { observingResponse, type ResponseFacts } from '../response-facts.js'
import type { SdkConnection } from '../sdk-connection.js'
import { assertOutputResponse, dateOf } from './output-response.js'
import { markerOf, pageOf, toJob } from './response-fields.js'
import { requiredField, requiredId, rowsOf } from './response-values.js'

/** InitiateJob, for an archive. */
export async function startRetrieval(connection: SdkConnection, request: RetrievalRequest): Promise<string> {
  const address = addressOf('startRetrieval', request)
  const { archiveId, range, tier, description, snsTopic } = request
  return startJob(connection, address, request, {
    Type: 'archive-retrieval',
    Description: description,
    SNSTopic: snsTopic,
    ArchiveId: archiveId,
    Tier: tier,
    RetrievalByteRange: range && toInclusive(range),
  })
}

/** InitiateJob, for an inventory. */
export async function startInventory(connection: SdkConnection, request: InventoryRequest): Promise<string> {
  const address = addressOf('startInventory', request)
  const { format, startDate, endDate, description, snsTopic } = request
  return startJob(connection, address, request, {
    Type: 'inventory-retrieval',
    Description: description,
    SNSTopic: snsTopic,
    Format: format,
    InventoryRetrievalParameters: { StartDate: startDate, EndDate: endDate },
  })
}

async function startJob(
  connection: SdkConnection,
  address: Address,
  request: VaultRequest,
  jobParameters: Sdk.JobParameters,
): Promise<string> {
  const input = { ...address, jobParameters }
  const output = await connection.call('InitiateJob', request, (sdk) => new sdk.InitiateJobCommand(input))
  return requiredId('InitiateJob', 'x-amz-job-id', output.jobId)
}

/** ListJobs. */
export async function listJobs(connection: SdkConnection, request: JobsRequest): Promise<VaultJobsPage> {
  const address = addressOf('listJobs', request)
  const { completed } = request
  const input = {
    ...address,
    ...pageOf(request),
    ...(completed !== undefined && { completed: String(completed) }),
  }
  let response: ResponseFacts | undefined
  const output = await connection.call('ListJobs', request, (sdk) =>
    observingResponse(new sdk.ListJobsCommand(input), (facts) => (response = facts)),
  )
  const items = rowsOf('ListJobs', 'JobList', output.JobList).map((job) => toJob('ListJobs', job))
  return { items, marker: markerOf('ListJobs', output), date: dateOf(response) }
}

/** DescribeJob. */
export async function describeJob(connection: SdkConnection, request: JobRequest): Promise<VaultJob> {
  const input = { ...addressOf('describeJob', request), jobId: request.jobId }
  const job = await connection.call('DescribeJob', request, (sdk) => new sdk.DescribeJobCommand(input))
  return toJob('DescribeJob', { ...job, JobId: request.jobId })
}

/** GetJobOutput. */
export async function getJobOutput(
  connection: SdkConnection,
  request: OutputRequest,
): Promise<VaultJobOutput> {
  const address = addressOf('getJobOutput', request)
  const { start, end } = request.range
  const input = { ...address, jobId: request.jobId, range: toRangeHeader(request.range) }
  let response: ResponseFacts | undefined
  return connection.stream(
    'GetJobOutput',
    request,
    end - start,
    (sdk) => observingResponse(new sdk.GetJobOutputCommand(input), (facts) => (response = facts)),
    ({ body, checksum }) => {
      const bytes = requiredField('GetJobOutput', 'body', body)
      try {
        assertOutputResponse(request, response)
      } catch (error) {
        ;(bytes as unknown as Readable).destroy() // it is not read, and would keep its connection
        throw error
      }
      return { body: bytes, treeHash: checksum }
    },
  )
}
