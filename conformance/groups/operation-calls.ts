/** One call of each of the 33 operations of the service model, in an order in which each finds what it needs. */
import { purchase } from '../capacity.js'
import { fieldsOf, hasStatus, neededHeader } from '../expectations.js'
import { finishedJob, initiateJob, startedJob } from '../jobs.js'
import { HELLO, policyFor, topicOf } from '../samples.js'
import { createVault, deleteVault, step, vaultName, vaultStep, type Session } from '../session.js'
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
import type { Answer } from '../wire.js'

/** A call of an operation. */
export interface OperationCall {
  readonly operation: string
  /** The page of the guide, without `.html`. */
  readonly page: string
  readonly status: number
  /** The members of the JSON object it answers; `undefined` if its answer has no body. */
  readonly members?: readonly string[]
  /** Whether its answer is an archive's bytes. */
  readonly bytes?: boolean
  readonly call: (session: Session) => Promise<Answer>
}

const vault = vaultStep('operations')
const lockVault = vaultStep('operations-lock')
const archive = step('an archive', async (session) => storedArchive(session, await vault(session), HELLO))
const upload = step('a multipart upload', async (session) => begunUpload(session, await vault(session), MIB))
const finished = step('an archive retrieval', async (session) =>
  finishedJob(session, await vault(session), {
    Type: 'archive-retrieval',
    ArchiveId: await archive(session),
  }),
)
const lockId = step('a vault lock', async (session) => {
  const path = await lockVault(session)
  const answer = await session.post('POST', `${path}/lock-policy`, {
    Policy: await policyFor(session, path, 'Deny', 'DeleteArchive'),
  })
  hasStatus(answer, 201)
  return neededHeader(answer, 'x-amz-lock-id')
})

const at =
  (method: string, rest = '') =>
  async (session: Session): Promise<Answer> =>
    session.call(method, (await vault(session)) + rest)

const sent =
  (method: string, rest: string, body: (session: Session, path: string) => unknown) =>
  async (session: Session): Promise<Answer> => {
    const path = await vault(session)
    return session.post(method, path + rest, await body(session, path))
  }

const VAULT = [
  'CreationDate',
  'LastInventoryDate',
  'NumberOfArchives',
  'SizeInBytes',
  'VaultARN',
  'VaultName',
]
const JOB = [
  'Action',
  'ArchiveId',
  'ArchiveSHA256TreeHash',
  'ArchiveSizeInBytes',
  'Completed',
  'CompletionDate',
  'CreationDate',
  'InventoryRetrievalParameters',
  'InventorySizeInBytes',
  'JobDescription',
  'JobId',
  'JobOutputPath',
  'OutputLocation',
  'RetrievalByteRange',
  'SHA256TreeHash',
  'SNSTopic',
  'SelectParameters',
  'StatusCode',
  'StatusMessage',
  'Tier',
  'VaultARN',
]
const PARTS = [
  'ArchiveDescription',
  'CreationDate',
  'Marker',
  'MultipartUploadId',
  'PartSizeInBytes',
  'Parts',
  'VaultARN',
]

/** The members of each row of a list. */
export const ROWS: Readonly<Record<string, { readonly list: string; readonly members: readonly string[] }>> =
  {
    ListVaults: { list: 'VaultList', members: VAULT },
    ListJobs: { list: 'JobList', members: JOB },
    ListMultipartUploads: {
      list: 'UploadsList',
      members: ['ArchiveDescription', 'CreationDate', 'MultipartUploadId', 'PartSizeInBytes', 'VaultARN'],
    },
    ListParts: { list: 'Parts', members: ['RangeInBytes', 'SHA256TreeHash'] },
  }

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
      await vault(session)
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
    call: async (session) => uploadArchive(session, await vault(session), HELLO),
  },
  {
    operation: 'DeleteArchive',
    page: 'api-archive-delete',
    status: 204,
    call: async (session) => {
      const path = await vault(session)
      return session.call('DELETE', `${path}/archives/${await storedArchive(session, path, HELLO)}`)
    },
  },
  {
    operation: 'InitiateMultipartUpload',
    page: 'api-multipart-initiate-upload',
    status: 201,
    call: async (session) =>
      initiateUpload(session, await vault(session), { 'x-amz-part-size': String(MIB) }),
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
      const path = await begunUpload(session, await vault(session), MIB)
      await sentParts(session, path, MIB, [HELLO])
      return completeUpload(session, path, HELLO)
    },
  },
  {
    operation: 'AbortMultipartUpload',
    page: 'api-multipart-abort-upload',
    status: 204,
    call: async (session) => session.call('DELETE', await begunUpload(session, await vault(session), MIB)),
  },
  {
    operation: 'InitiateJob',
    page: 'api-initiate-job-post',
    status: 202,
    call: async (session) =>
      initiateJob(session, await vault(session), {
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
      return session.call('GET', await startedJob(session, await vault(session), order))
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
  {
    operation: 'AddTagsToVault',
    page: 'api-AddTagsToVault',
    status: 204,
    call: sent('POST', '/tags?operation=add', () => ({ Tags: { a: '1' } })),
  },
  {
    operation: 'ListTagsForVault',
    page: 'api-ListTagsForVault',
    status: 200,
    members: ['Tags'],
    call: at('GET', '/tags'),
  },
  {
    operation: 'RemoveTagsFromVault',
    page: 'api-RemoveTagsFromVault',
    status: 204,
    call: sent('POST', '/tags?operation=remove', () => ({ TagKeys: ['a'] })),
  },
  {
    operation: 'SetVaultNotifications',
    page: 'api-vault-notifications-put',
    status: 204,
    call: sent('PUT', '/notification-configuration', async (session) => ({
      SNSTopic: await topicOf(session),
      Events: ['ArchiveRetrievalCompleted'],
    })),
  },
  {
    operation: 'GetVaultNotifications',
    page: 'api-vault-notifications-get',
    status: 200,
    members: ['Events', 'SNSTopic'],
    call: at('GET', '/notification-configuration'),
  },
  {
    operation: 'DeleteVaultNotifications',
    page: 'api-vault-notifications-delete',
    status: 204,
    call: at('DELETE', '/notification-configuration'),
  },
  {
    operation: 'SetVaultAccessPolicy',
    page: 'api-SetVaultAccessPolicy',
    status: 204,
    call: sent('PUT', '/access-policy', async (session, path) => ({
      Policy: await policyFor(session, path, 'Allow', 'ListJobs'),
    })),
  },
  {
    operation: 'GetVaultAccessPolicy',
    page: 'api-GetVaultAccessPolicy',
    status: 200,
    members: ['Policy'],
    call: at('GET', '/access-policy'),
  },
  {
    operation: 'DeleteVaultAccessPolicy',
    page: 'api-DeleteVaultAccessPolicy',
    status: 204,
    call: at('DELETE', '/access-policy'),
  },
  {
    operation: 'InitiateVaultLock',
    page: 'api-InitiateVaultLock',
    status: 201,
    call: sent('POST', '/lock-policy', async (session, path) => ({
      Policy: await policyFor(session, path, 'Deny', 'DeleteArchive'),
    })),
  },
  {
    operation: 'GetVaultLock',
    page: 'api-GetVaultLock',
    status: 200,
    members: ['CreationDate', 'ExpirationDate', 'Policy', 'State'],
    call: at('GET', '/lock-policy'),
  },
  {
    operation: 'AbortVaultLock',
    page: 'api-AbortVaultLock',
    status: 204,
    call: at('DELETE', '/lock-policy'),
  },
  {
    operation: 'CompleteVaultLock',
    page: 'api-CompleteVaultLock',
    status: 204,
    call: async (session) => {
      session.mayChangeAccount()
      const [path, id] = [await lockVault(session), await lockId(session)]
      return session.call('POST', `${path}/lock-policy/${id}`)
    },
  },
  {
    operation: 'GetDataRetrievalPolicy',
    page: 'api-GetDataRetrievalPolicy',
    status: 200,
    members: ['Policy'],
    call: async (session) => session.call('GET', '/-/policies/data-retrieval'),
  },
  {
    operation: 'SetDataRetrievalPolicy',
    page: 'api-SetDataRetrievalPolicy',
    status: 204,
    call: async (session) => {
      session.mayChangeAccount()
      const before = await session.call('GET', '/-/policies/data-retrieval')
      const body = fieldsOf(before) // the policy there is, set again
      return session.post('PUT', '/-/policies/data-retrieval', body)
    },
  },
  {
    operation: 'PurchaseProvisionedCapacity',
    page: 'api-PurchaseProvisionedCapacity',
    status: 201,
    call: async (session) => purchase(session),
  },
  {
    operation: 'ListProvisionedCapacity',
    page: 'api-ListProvisionedCapacity',
    status: 200,
    members: ['ProvisionedCapacityList'],
    call: async (session) => session.call('GET', '/-/provisioned-capacity'),
  },
]
