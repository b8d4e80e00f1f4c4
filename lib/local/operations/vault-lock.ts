/** Operations on a vault's lock (docs/glacier-protocol.md#vault-lock). */
import { nameOf, type Answer, type Exchange } from '../requests/request-context.js'
import { DAY } from '../storage/store-context.js'
import { newShortId } from '../records/identifiers.js'
import { accessDenied, invalidParameter, notFound, type ServiceFault } from '../service/api-error.js'
import { policyIn } from './access-policy.js'

/** InitiateVaultLock: a day remains to complete it. */
export async function initiateVaultLock(exchange: Exchange): Promise<Answer> {
  const { settings, now } = exchange.stores
  const policy = policyIn(exchange)
  const lockId = newShortId()
  const creationDate = new Date(now()).toISOString()
  const expirationDate = new Date(now() + DAY).toISOString()
  await settings.change(nameOf(exchange, 'vaultName'), ({ lock }) => {
    if (lock)
      throw accessDenied(lock.expirationDate ? 'A vault lock is in progress.' : 'The vault is locked.')
    return { lock: { lockId, policy, creationDate, expirationDate } }
  })
  return { status: 201, headers: { 'x-amz-lock-id': lockId } }
}

/** GetVaultLock. */
export async function getVaultLock(exchange: Exchange): Promise<Answer> {
  const { lock } = await exchange.stores.settings.read(nameOf(exchange, 'vaultName'))
  if (!lock) throw noLock(exchange)
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
export async function completeVaultLock(exchange: Exchange): Promise<Answer> {
  const lockId = nameOf(exchange, 'lockId')
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), ({ lock }) => {
    if (!lock) throw noLock(exchange)
    if (lock.lockId === lockId) return { lock: { ...lock, expirationDate: null } }
    throw lock.expirationDate === null
      ? accessDenied('The vault is locked.')
      : invalidParameter(`Invalid lock ID: ${lockId}`)
  })
  return { status: 204 }
}

/** AbortVaultLock: 204 also where there is none; a lock that is completed stays. */
export async function abortVaultLock(exchange: Exchange): Promise<Answer> {
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), ({ lock }) => {
    if (lock?.expirationDate === null) throw accessDenied('The vault is locked.')
    return { lock: null }
  })
  return { status: 204 }
}

function noLock(exchange: Exchange): ServiceFault {
  const { vaults } = exchange.stores
  return notFound(`No vault lock policy is set for the vault: ${vaults.arnOf(nameOf(exchange, 'vaultName'))}`)
}
