/**
 * Checks of the service: whether it accepts requests, its clock, the vault, and what the credentials may do. They make
 * requests that change nothing, except for the check of uploads, which must be requested.
 */
import { probe, type Probe } from '../../../client/diagnosis.js'
import type { SdkVaultClient } from '../../../client/sdk/sdk-vault-client.js'
import { AccessDeniedError, NotFoundError, ServiceError } from '../../../errors.js'
import { itemsOf } from '../../../store/paging.js'
import { formatCount, formatDuration } from '../../output/format.js'
import {
  failed,
  failedWith,
  ok,
  problemOf,
  warning,
  withoutRegion,
  type Check,
  type Finding,
} from './check.js'
import { MIB } from '../../../sizes.js'

/** The difference of clocks beyond which the service refuses signatures. */
const MAX_SKEW_MS = 300_000
/** The difference of clocks from which it is worth a warning. */
const NOTED_SKEW_MS = 60_000
/** Maximum number of vaults that are counted. */
const MAX_VAULTS = 1000

/** The vaults that are checked. */
export interface ServiceSubject {
  readonly client: SdkVaultClient
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
    { name: 'clock', run: async () => clockFinding(await probed, subject.now) },
    { name: 'vault', run: ifAccepted((checkSignal) => vaultFinding(subject, checkSignal)) },
  ]
  const { vaultName } = subject
  if (vaultName === undefined) return checks
  const permissions = ifAccepted((checkSignal) => permissionFinding({ ...subject, vaultName }, checkSignal))
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

function clockFinding({ serviceTime }: Probe, now: () => number): Finding {
  if (Number.isNaN(serviceTime)) return warning('not checked', 'The service must respond first.')
  const skewMs = now() - serviceTime
  const size = formatDuration(Math.abs(skewMs))
  const skew = `this machine is ${size} ${skewMs < 0 ? 'behind' : 'ahead of'} the service`
  const remedy = 'Set the clock of this machine, for example with NTP.'
  if (Math.abs(skewMs) > MAX_SKEW_MS) return failed(`${skew}; beyond 5:00, it refuses signatures`, remedy)
  return Math.abs(skewMs) > NOTED_SKEW_MS ? warning(skew, remedy) : ok('it agrees with that of the service')
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

/** An operation, and the commands that need it. */
interface Permission {
  readonly action: string
  readonly commands: string
  try(): Promise<unknown>
}

async function permissionFinding(
  subject: ServiceSubject & { readonly vaultName: string },
  signal: AbortSignal,
): Promise<Finding> {
  const { client, vaultName, accountId, write } = subject
  const request = { vaultName, accountId, signal }
  const permissions: Permission[] = [
    { action: 'ListMultipartUploads', commands: 'uploads', try: () => client.listUploads(request) },
    { action: 'ListJobs', commands: 'get, inventory and jobs', try: () => client.listJobs(request) },
    ...(write
      ? [{ action: 'InitiateMultipartUpload', commands: 'put', try: () => upload(subject, signal) }]
      : []),
  ]
  const results = await Promise.all(permissions.map((permission) => resultOf(permission)))
  const denied = permissions.filter((_, i) => results[i] === 'denied')
  const broken = results.find((result) => typeof result === 'object')
  if (broken)
    return failed(broken.problem, 'Run the check again; if it fails again, check the vault and the network.')
  if (denied.length > 0) {
    const text = denied.map(({ action, commands }) => `${action}, for ${commands}`).join('; ')
    const finding = `denied: ${text}`
    const remedy = `Allow ${denied.map(({ action }) => `glacier:${action}`).join(', ')} if this machine needs it.`
    return denied.some(({ commands }) => commands === 'put')
      ? failed(finding, remedy)
      : warning(finding, remedy)
  }
  const tried = permissions.map(({ action }) => action).join(', ')
  return ok(write ? `allowed: ${tried}` : `allowed: ${tried}; --write checks uploads as well`)
}

/** The result of trying an operation. A vault that does not exist says nothing about permissions. */
async function resultOf(
  permission: Permission,
): Promise<'allowed' | 'denied' | { readonly problem: string }> {
  try {
    await permission.try()
    return 'allowed'
  } catch (error) {
    return error instanceof AccessDeniedError ? 'denied' : { problem: problemOf(error) }
  }
}

/** Begins an upload, and aborts it: nothing is stored, and nothing is charged for. */
async function upload(
  { client, vaultName, accountId }: ServiceSubject & { readonly vaultName: string },
  signal: AbortSignal,
): Promise<void> {
  const request = { vaultName, accountId, signal }
  const { uploadId } = await client.initiateUpload({
    ...request,
    partSize: MIB,
    description: 'glacier-pipe doctor',
  })
  await client.abortUpload({ ...request, uploadId })
}
