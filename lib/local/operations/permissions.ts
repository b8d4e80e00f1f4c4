/**
 * Whether a vault's own policies permit an operation: its access policy, and its lock, which is in effect from its start,
 * completed or not (docs/glacier-protocol.md#vault-lock).
 */

import { DAY_MS } from '../service/durations.js'
import { RESOURCE_TAG } from '../auth/policy/condition-keys.js'
import type { Caller } from '../auth/caller.js'
import { accessDenied } from '../service/api-error.js'
import { unlessNotFound } from '../service/not-found.js'
import type { Stores } from '../stores/stores.js'
/** The operations that no policy denies: otherwise, a policy could never be removed again. */
const ALWAYS_PERMITTED = new Set([
  'SetVaultAccessPolicy',
  'GetVaultAccessPolicy',
  'DeleteVaultAccessPolicy',
  'InitiateVaultLock',
  'GetVaultLock',
  'CompleteVaultLock',
  'AbortVaultLock',
])

/**
 * Asserts that no policy of the vault denies an operation.
 *
 * @param names - the names in the path of the request
 * @param caller - the sender of the request
 * @throws {ApiError} 403: it is denied
 */
export async function assertAllowed(
  stores: Stores,
  operation: string,
  names: Readonly<Record<string, string>>,
  caller: Caller,
): Promise<void> {
  const { vaultName, archiveId } = names
  if (vaultName === undefined || ALWAYS_PERMITTED.has(operation)) return
  const settings = await unlessNotFound(stores.settings.read(vaultName)) // the operation itself reports a missing vault
  if (!settings) return
  const { accessPolicy, lock, tags } = settings
  const policies = [accessPolicy, lock?.policy].filter((policy) => typeof policy === 'string')
  if (policies.length === 0) return
  const { accountId } = stores
  const keys = new Map([
    ['aws:CurrentTime', new Date(stores.now()).toISOString()],
    ['aws:PrincipalAccount', accountId],
    ['aws:SecureTransport', String(caller.isSecure)],
  ])
  if (caller.address !== undefined) keys.set('aws:SourceIp', caller.address)
  for (const [name, value] of Object.entries(tags)) keys.set(`${RESOURCE_TAG}${name}`, value)
  const age = archiveId === undefined ? undefined : await ageInDays(stores, vaultName, archiveId)
  if (age !== undefined) keys.set('glacier:ArchiveAgeInDays', String(age))
  const [action, resource] = [`glacier:${operation}`, stores.vaults.arnOf(vaultName)]
  const attempt = { action, resource, accountId, keys }
  if (!policies.some((policy) => stores.policies.isDenied(policy, attempt))) return
  throw accessDenied(
    `User: arn:aws:iam::${accountId}:root is not authorized to perform: ${action} on resource: ${resource} ` +
      'with an explicit deny',
  )
}

/** Whole days since an archive was stored; `undefined` if it does not exist. */
async function ageInDays(stores: Stores, vaultName: string, archiveId: string): Promise<number | undefined> {
  const archive = await unlessNotFound(stores.archives.find(vaultName, archiveId))
  return archive && Math.floor((stores.now() - Date.parse(archive.creationDate)) / DAY_MS)
}
