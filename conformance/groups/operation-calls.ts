/** One call of each of the 33 operations of the service model, in an order in which each finds what it needs. */
import { hasStatus } from '../expectations.js'
import { finishedJob, initiateJob, startedJob } from '../jobs.js'
import { HELLO } from '../samples.js'
import { createVault, deleteVault, step, vaultName } from '../session.js'
import {
  begunUpload,
  completeUpload,
  initiateUpload,
  sentParts,
  storedArchive,
  uploadArchive,
  uploadPart,
} from '../stored.js'
import { MIB } from '../tree-hash.js'

import { at, operationsVault, type OperationCall } from './operation-call.js'
import { JOB, PARTS, VAULT } from './operation-members.js'
import { SETTING_CALLS } from './setting-calls.js'

const archive = step('an archive', async (session) =>
  storedArchive(session, await operationsVault(session), HELLO),
)
const upload = step('a multipart upload', async (session) =>
  begunUpload(session, await operationsVault(session), MIB),
)
const finished = step('an archive retrieval', async (session) =>
  finishedJob(session, await operationsVault(session), {
    Type: 'archive-retrieval',
    ArchiveId: await archive(session),
  }),
)
/** The calls. */
export const CALLS: readonly OperationCall[] = [
  {
    operation: 'CreateVault',
    page: 'api-vault-put',
    status: 201,
    call: async (session) => createVault(session, vaultName(session, 'operations')),
  },
  { operation: 'DescribeVault', page: 'api-vault-get', status: 200, members: VAULT, call: at('GET') },
  {
    operation: 'ListVaults',
    page: 'api-vaults-get',
    status: 200,
    members: ['Marker', 'VaultList'],
    call: async (session) => {
      await operationsVault(session)
      return session.call('GET', '/-/vaults')
    },
  },
  {
    operation: 'DeleteVault',
    page: 'api-vault-delete',
    status: 204,
    call: async (session) => {
      const name = vaultName(session, 'operations-deleted')
      hasStatus(await createVault(session, name), 201)
      return deleteVault(session, name)
    },
  },
  {
    operation: 'UploadArchive',
    page: 'api-archive-post',
    status: 201,
    call: async (session) => uploadArchive(session, await operationsVault(session), HELLO),
  },
  {
    operation: 'DeleteArchive',
    page: 'api-archive-delete',
    status: 204,
    call: async (session) => {
      const path = await operationsVault(session)
      return session.call('DELETE', `${path}/archives/${await storedArchive(session, path, HELLO)}`)
    },
  },
  {
    operation: 'InitiateMultipartUpload',
    page: 'api-multipart-initiate-upload',
    status: 201,
    call: async (session) =>
      initiateUpload(session, await operationsVault(session), { 'x-amz-part-size': String(MIB) }),
  },
  {
    operation: 'UploadMultipartPart',
    page: 'api-upload-part',
    status: 204,
    call: async (session) => uploadPart(session, await upload(session), 0, HELLO),
  },
  {
    operation: 'ListParts',
    page: 'api-multipart-list-parts',
    status: 200,
    members: PARTS,
    call: async (session) => session.call('GET', await upload(session)),
  },
  {
    operation: 'ListMultipartUploads',
    page: 'api-multipart-list-uploads',
    status: 200,
    members: ['Marker', 'UploadsList'],
    call: async (session) => {
      await upload(session)
      return at('GET', '/multipart-uploads')(session)
    },
  },
  {
    operation: 'CompleteMultipartUpload',
    page: 'api-multipart-complete-upload',
    status: 201,
    call: async (session) => {
      const path = await begunUpload(session, await operationsVault(session), MIB)
      await sentParts(session, path, MIB, [HELLO])
      return completeUpload(session, path, HELLO)
    },
  },
  {
    operation: 'AbortMultipartUpload',
    page: 'api-multipart-abort-upload',
    status: 204,
    call: async (session) =>
      session.call('DELETE', await begunUpload(session, await operationsVault(session), MIB)),
  },
  {
    operation: 'InitiateJob',
    page: 'api-initiate-job-post',
    status: 202,
    call: async (session) =>
      initiateJob(session, await operationsVault(session), {
        Type: 'archive-retrieval',
        ArchiveId: await archive(session),
      }),
  },
  {
    operation: 'DescribeJob',
    page: 'api-describe-job-get',
    status: 200,
    members: JOB,
    call: async (session) => {
      const order = { Type: 'archive-retrieval', ArchiveId: await archive(session) }
      return session.call('GET', await startedJob(session, await operationsVault(session), order))
    },
  },
  {
    operation: 'ListJobs',
    page: 'api-jobs-get',
    status: 200,
    members: ['JobList', 'Marker'],
    call: at('GET', '/jobs'),
  },
  {
    operation: 'GetJobOutput',
    page: 'api-job-output-get',
    status: 200,
    bytes: true,
    call: async (session) => session.call('GET', `${await finished(session)}/output`),
  },
  ...SETTING_CALLS,
]
