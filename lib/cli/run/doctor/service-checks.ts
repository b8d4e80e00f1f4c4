/**
 * Checks of the service: whether it accepts requests, its clock, the vault, and what the credentials may do. They make
 * requests that change nothing, except for the check of uploads, which must be requested.
 */
import { probe, type Probe } from '../../../client/diagnosis.js'
import type { VaultClient } from '../../../client/vault-client.js'
import type { SdkVaultClient } from '../../../client/sdk/sdk-vault-client.js'
import { AccessDeniedError, NotFoundError, ServiceError } from '../../../errors.js'
import { itemsOf } from '../../../store/paging.js'
import { formatCount } from '../../output/format.js'
import { failed, failedWith, ok, warning, withoutRegion, type Check, type Finding } from './check.js'
import { clockFinding } from './clock-check.js'
import { permissionFinding, WRITE_CHECKS_MORE, type Permission } from './permission-check.js'
import { uploadPermissions, type CheckedUpload } from './upload-permissions.js'
import { MIB } from '../../../sizes.js'

/** The difference of clocks beyond which the service refuses signatures (docs/glacier-protocol.md#signatures). */
const VAULT_SKEW_MS = 300_000
/** Maximum number of vaults that are counted. */
const MAX_VAULTS = 1000

/** The vaults that are checked. */
export interface ServiceSubject {
  readonly client: SdkVaultClient
  /** Repeats failed requests for ten seconds. */
  readonly repeating: Pick<VaultClient, 'abortUpload'>
  readonly vaultName: string | undefined
  readonly accountId: string | undefined
  /** Whether to begin an upload and to abort it. */
  readonly write: boolean
  /** The time of this machine. */
  readonly now: () => number
}

/** Makes the checks. One request finds out whether the service accepts requests; if not, the others are not made. */
export function serviceChecks(subject: ServiceSubject, signal: AbortSignal): Check[] {
  const probed = probe(subject.client.connection, subject.accountId, signal)
  const ifAccepted = (run: Check['run']): Check['run'] => {
    return async (checkSignal) =>
      isAccepted(await probed)
        ? run(checkSignal)
        : warning('not checked', 'Make the service accept requests first.')
  }
  const checks: Check[] = [
    { name: 'service', run: async () => serviceFinding(await probed) },
    { name: 'clock', run: async () => clockFinding(await probed, subject.now, VAULT_SKEW_MS) },
    { name: 'vault', run: ifAccepted((checkSignal) => vaultFinding(subject, checkSignal)) },
  ]
  const { vaultName } = subject
  if (vaultName === undefined) return checks
  const permissions = ifAccepted((checkSignal) => vaultPermissions({ ...subject, vaultName }, checkSignal))
  return [...checks, { name: 'permissions', run: permissions }]
}

/** Whether the service accepts the signature: it may deny this request, and allow others. */
function isAccepted({ error }: Probe): boolean {
  return error === undefined || error instanceof AccessDeniedError
}

function serviceFinding(found: Probe): Finding {
  if (found.error instanceof ServiceError && found.error.reason === 'region-missing') return withoutRegion()
  return isAccepted(found)
    ? ok('it accepts requests with these credentials')
    : failedWith(
        found.error,
        'Correct the lines above that failed; otherwise check the network and the credentials.',
      )
}

async function vaultFinding(
  { client, vaultName, accountId }: ServiceSubject,
  signal: AbortSignal,
): Promise<Finding> {
  if (vaultName !== undefined)
    try {
      await client.describeVault({ vaultName, accountId, signal })
      return ok(`${vaultName} exists`)
    } catch (error) {
      if (error instanceof NotFoundError)
        return failed(`${vaultName} does not exist`, `Create it: glacier-pipe vault create ${vaultName}`)
      if (!(error instanceof AccessDeniedError)) throw error
      return warning('not checked: DescribeVault is denied', 'Allow glacier:DescribeVault.')
    }
  return countVaults(client, accountId, signal)
}

async function countVaults(
  client: SdkVaultClient,
  accountId: string | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  const vaults = itemsOf((page) => client.listVaults({ accountId, signal, ...page }))
  let count = 0
  try {
    while (!(await vaults.next()).done)
      if (++count === MAX_VAULTS) return ok(`at least ${MAX_VAULTS} vaults are visible`)
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error
    return warning('not checked: ListVaults is denied', 'Give the name of a vault: glacier-pipe doctor VAULT')
  }
  return count > 0
    ? ok(`${formatCount(count, 'vault')} visible`)
    : warning('the account has no vault in this region', 'Create one: glacier-pipe vault create NAME')
}

async function vaultPermissions(
  subject: ServiceSubject & { readonly vaultName: string },
  signal: AbortSignal,
): Promise<Finding> {
  const { client, vaultName, accountId, write } = subject
  const request = { vaultName, accountId, signal }
  const permissions: Permission[] = [
    { action: 'ListMultipartUploads', commands: 'uploads', try: () => client.listUploads(request) },
    { action: 'ListJobs', commands: 'get, inventory and jobs', try: () => client.listJobs(request) },
    ...(write ? uploadPermissions(checkedUpload(subject, signal)) : []),
  ]
  return permissionFinding(permissions, 'glacier:', 'vault', write ? '' : WRITE_CHECKS_MORE)
}

function checkedUpload(
  { client, repeating, vaultName, accountId }: ServiceSubject & { readonly vaultName: string },
  signal: AbortSignal,
): CheckedUpload {
  const request = { vaultName, accountId, signal }
  return {
    place: vaultName,
    action: 'InitiateMultipartUpload',
    begin: async () => {
      const description = 'glacier-pipe doctor'
      return (await client.initiateUpload({ ...request, partSize: MIB, description })).uploadId
    },
    abort: (uploadId) => repeating.abortUpload({ ...request, uploadId }),
  }
}
