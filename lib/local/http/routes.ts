/**
 * The routes of the 33 operations of the service's model, by method and path (docs/glacier-protocol.md#operations).
 */
import type { Operation } from '../requests/request-context.js'
import {
  deleteVaultAccessPolicy,
  getVaultAccessPolicy,
  setVaultAccessPolicy,
} from '../operations/access-policy.js'
import {
  getDataRetrievalPolicy,
  listProvisionedCapacity,
  purchaseProvisionedCapacity,
  setDataRetrievalPolicy,
} from '../operations/account.js'
import { deleteArchive, uploadArchive } from '../operations/archives.js'
import { initiateJob } from '../operations/initiate-job.js'
import { describeJob, getJobOutput, listJobs } from '../operations/jobs.js'
import {
  deleteVaultNotifications,
  getVaultNotifications,
  setVaultNotifications,
} from '../operations/notifications.js'
import { addTagsToVault, listTagsForVault, removeTagsFromVault } from '../operations/tags.js'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  initiateMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadMultipartPart,
} from '../operations/uploads.js'
import {
  abortVaultLock,
  completeVaultLock,
  getVaultLock,
  initiateVaultLock,
} from '../operations/vault-lock.js'
import type { OperationName } from '../service/operation-names.js'
import { createVault, deleteVault, describeVault, listVaults } from '../operations/vaults.js'

/** An operation, and the requests that call it. */
export interface Route {
  readonly operation: OperationName
  readonly method: string
  /** The segments after the account. `{name}` matches any segment. */
  readonly path: string
  /** A query parameter that distinguishes it from another operation with the same path. */
  readonly query?: string
  /** Whether the body has the bytes of an archive, which the operation itself reads. */
  readonly streams?: boolean
  readonly run: Operation
}

const VAULT = 'vaults/{vaultName}'
const UPLOADS = `${VAULT}/multipart-uploads`
const UPLOAD = `${UPLOADS}/{uploadId}`
const JOBS = `${VAULT}/jobs`

/** The routes of all operations. */
export const ROUTES: readonly Route[] = [
  { operation: 'ListVaults', method: 'GET', path: 'vaults', run: listVaults },
  { operation: 'CreateVault', method: 'PUT', path: VAULT, run: createVault },
  { operation: 'DescribeVault', method: 'GET', path: VAULT, run: describeVault },
  { operation: 'DeleteVault', method: 'DELETE', path: VAULT, run: deleteVault },
  {
    operation: 'UploadArchive',
    method: 'POST',
    path: `${VAULT}/archives`,
    streams: true,
    run: uploadArchive,
  },
  { operation: 'DeleteArchive', method: 'DELETE', path: `${VAULT}/archives/{archiveId}`, run: deleteArchive },
  { operation: 'InitiateMultipartUpload', method: 'POST', path: UPLOADS, run: initiateMultipartUpload },
  { operation: 'ListMultipartUploads', method: 'GET', path: UPLOADS, run: listMultipartUploads },
  { operation: 'UploadMultipartPart', method: 'PUT', path: UPLOAD, streams: true, run: uploadMultipartPart },
  { operation: 'CompleteMultipartUpload', method: 'POST', path: UPLOAD, run: completeMultipartUpload },
  { operation: 'AbortMultipartUpload', method: 'DELETE', path: UPLOAD, run: abortMultipartUpload },
  { operation: 'ListParts', method: 'GET', path: UPLOAD, run: listParts },
  { operation: 'InitiateJob', method: 'POST', path: JOBS, run: initiateJob },
  { operation: 'ListJobs', method: 'GET', path: JOBS, run: listJobs },
  { operation: 'DescribeJob', method: 'GET', path: `${JOBS}/{jobId}`, run: describeJob },
  { operation: 'GetJobOutput', method: 'GET', path: `${JOBS}/{jobId}/output`, run: getJobOutput },
  {
    operation: 'AddTagsToVault',
    method: 'POST',
    path: `${VAULT}/tags`,
    query: 'operation=add',
    run: addTagsToVault,
  },
  {
    operation: 'RemoveTagsFromVault',
    method: 'POST',
    path: `${VAULT}/tags`,
    query: 'operation=remove',
    run: removeTagsFromVault,
  },
  { operation: 'ListTagsForVault', method: 'GET', path: `${VAULT}/tags`, run: listTagsForVault },
  {
    operation: 'SetVaultNotifications',
    method: 'PUT',
    path: `${VAULT}/notification-configuration`,
    run: setVaultNotifications,
  },
  {
    operation: 'GetVaultNotifications',
    method: 'GET',
    path: `${VAULT}/notification-configuration`,
    run: getVaultNotifications,
  },
  {
    operation: 'DeleteVaultNotifications',
    method: 'DELETE',
    path: `${VAULT}/notification-configuration`,
    run: deleteVaultNotifications,
  },
  {
    operation: 'SetVaultAccessPolicy',
    method: 'PUT',
    path: `${VAULT}/access-policy`,
    run: setVaultAccessPolicy,
  },
  {
    operation: 'GetVaultAccessPolicy',
    method: 'GET',
    path: `${VAULT}/access-policy`,
    run: getVaultAccessPolicy,
  },
  {
    operation: 'DeleteVaultAccessPolicy',
    method: 'DELETE',
    path: `${VAULT}/access-policy`,
    run: deleteVaultAccessPolicy,
  },
  { operation: 'InitiateVaultLock', method: 'POST', path: `${VAULT}/lock-policy`, run: initiateVaultLock },
  { operation: 'GetVaultLock', method: 'GET', path: `${VAULT}/lock-policy`, run: getVaultLock },
  {
    operation: 'CompleteVaultLock',
    method: 'POST',
    path: `${VAULT}/lock-policy/{lockId}`,
    run: completeVaultLock,
  },
  { operation: 'AbortVaultLock', method: 'DELETE', path: `${VAULT}/lock-policy`, run: abortVaultLock },
  {
    operation: 'SetDataRetrievalPolicy',
    method: 'PUT',
    path: 'policies/data-retrieval',
    run: setDataRetrievalPolicy,
  },
  {
    operation: 'GetDataRetrievalPolicy',
    method: 'GET',
    path: 'policies/data-retrieval',
    run: getDataRetrievalPolicy,
  },
  {
    operation: 'PurchaseProvisionedCapacity',
    method: 'POST',
    path: 'provisioned-capacity',
    run: purchaseProvisionedCapacity,
  },
  {
    operation: 'ListProvisionedCapacity',
    method: 'GET',
    path: 'provisioned-capacity',
    run: listProvisionedCapacity,
  },
]
