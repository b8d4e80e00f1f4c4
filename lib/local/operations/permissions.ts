/**
 * Whether a vault's own policies let somebody do something: its access policy, and its lock, which is in effect from
 * its beginning, completed or not (docs/glacier-protocol.md#vault-lock).
 */

import { DAY_MS } from '../service/durations.js'
import { RESOURCE_TAG } from '../auth/policy/condition-keys.js'
import type { Caller } from '../auth/caller.js'
import { accessDenied } from '../service/api-error.js'
import { unlessNotFound } from '../service/not-found.js'
import type { Stores } from '../stores/stores.js'
/** What no policy denies: a vault could not be got out of it again. */
const ALWAYS = new Set([
  'SetVaultAccessPolicy',
  'GetVaultAccessPolicy',
  'DeleteVaultAccessPolicy',
  'InitiateVaultLock',
  'GetVaultLock',
  'CompleteVaultLock',
  'AbortVaultLock',
])

/**
 * Throws if a policy of the vault denies an operation.
 *
 * @param names - those in the request's path
 * @param caller - who sends it
 * @throws {ApiError} 403: it is denied
 */
export async function assertAllowed(
  stores: Stores,
  operation: string,
  names: Readonly<Record<string, string>>,
  caller: Caller,
): Promise<void> {
  const { vaultName, archiveId } = names
  if (vaultName === undefined || ALWAYS.has(operation)) return
  const settings = await unlessNotFound(stores.settings.read(vaultName)) // no such vault is told by the operation
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

/** Whole days since an archive was stored; `undefined` where there is none. */
async function ageInDays(stores: Stores, vaultName: string, archiveId: string): Promise<number | undefined> {
  const archive = await unlessNotFound(stores.archives.find(vaultName, archiveId))
  return archive && Math.floor((stores.now() - Date.parse(archive.creationDate)) / DAY_MS)
}
