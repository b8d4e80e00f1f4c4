/** Calls of the operations on what is set on a vault or an account. */
import { purchase } from '../capacity.js'
import { fieldsOf, hasStatus, neededHeader } from '../expectations.js'
import { policyFor, topicOf } from '../samples.js'
import { step, vaultStep } from '../session.js'

import { at, sent, type OperationCall } from './operation-call.js'

const lockVault = vaultStep('operations-lock')
const lockId = step('a vault lock', async (session) => {
  const path = await lockVault(session)
  const answer = await session.post('POST', `${path}/lock-policy`, {
    Policy: await policyFor(session, path, 'Deny', 'DeleteArchive'),
  })
  hasStatus(answer, 201)
  return neededHeader(answer, 'x-amz-lock-id')
})

/** The calls. */
export const SETTING_CALLS: readonly OperationCall[] = [
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
