/** Operations on a vault's lock (docs/glacier-protocol.md#vault-lock). */

import { nameOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { DAY_MS } from '../service/durations.js'
import { newUploadOrJobId } from '../records/identifiers.js'
import { accessDenied, type ApiError, invalidParameter, notFound } from '../service/api-error.js'
import { policyIn } from './access-policy.js'
/** InitiateVaultLock: a day remains to complete it. */
export async function initiateVaultLock(context: RequestContext): Promise<OperationResponse> {
  const { settings, now } = context.stores
  const policy = policyIn(context)
  const lockId = newUploadOrJobId()
  const creationDate = new Date(now()).toISOString()
  const expirationDate = new Date(now() + DAY_MS).toISOString()
  await settings.change(nameOf(context, 'vaultName'), ({ lock }) => {
    if (lock)
      throw accessDenied(lock.expirationDate ? 'A vault lock is in progress.' : 'The vault is locked.')
    return { lock: { lockId, policy, creationDate, expirationDate } }
  })
  return { status: 201, headers: { 'x-amz-lock-id': lockId } }
}

/** GetVaultLock. */
export async function getVaultLock(context: RequestContext): Promise<OperationResponse> {
  const { lock } = await context.stores.settings.read(nameOf(context, 'vaultName'))
  if (!lock) throw noLock(context)
  const { policy, creationDate, expirationDate } = lock
  return {
    status: 200,
    json: {
      Policy: policy,
      State: expirationDate === null ? 'Locked' : 'InProgress',
      ExpirationDate: expirationDate,
      CreationDate: creationDate,
    },
  }
}

/** CompleteVaultLock: for ever; repeated, 204. */
export async function completeVaultLock(context: RequestContext): Promise<OperationResponse> {
  const lockId = nameOf(context, 'lockId')
  await context.stores.settings.change(nameOf(context, 'vaultName'), ({ lock }) => {
    if (!lock) throw noLock(context)
    if (lock.lockId === lockId) return { lock: { ...lock, expirationDate: null } }
    throw lock.expirationDate === null
      ? accessDenied('The vault is locked.')
      : invalidParameter(`Invalid lock ID: ${lockId}`)
  })
  return { status: 204 }
}

/** AbortVaultLock: 204 even if there is no lock. A completed lock stays. */
export async function abortVaultLock(context: RequestContext): Promise<OperationResponse> {
  await context.stores.settings.change(nameOf(context, 'vaultName'), ({ lock }) => {
    if (lock?.expirationDate === null) throw accessDenied('The vault is locked.')
    return { lock: null }
  })
  return { status: 204 }
}

function noLock(context: RequestContext): ApiError {
  const { vaults } = context.stores
  return notFound(`No vault lock policy is set for the vault: ${vaults.arnOf(nameOf(context, 'vaultName'))}`)
}
