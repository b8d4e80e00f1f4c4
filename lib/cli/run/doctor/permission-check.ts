/** The check of permissions: operations are tried that change nothing, or that are undone. */
import { AccessDeniedError } from '../../../errors.js'
import { failed, ok, problemOf, warning, type Finding } from './check.js'

/** The result of an operation that was not tried, since another one failed. */
export const UNTRIED: unique symbol = Symbol('untried')

/** The end of a finding without `--write`. */
export const WRITE_CHECKS_MORE = '; --write checks uploads as well'

/** An action of a policy, and the commands that need it. */
export interface Permission {
  /** The action, without the prefix of the service. */
  readonly action: string
  readonly commands: string
  /** Whether the check fails without it; otherwise a machine may do well without it, which is a warning. */
  readonly isRequired?: boolean
  /** Tries the operation. Resolves to {@link UNTRIED} if it was not tried. */
  try(): Promise<unknown>
}

/**
 * Tries the operations that actions permit.
 *
 * @param prefix - of the actions in a policy, as `s3:`
 * @param place - the noun of the remedy, as `vault`
 * @param more - ends the finding if all is allowed
 */
export async function permissionFinding(
  permissions: readonly Permission[],
  prefix: string,
  place: string,
  more: string,
): Promise<Finding> {
  const results = await Promise.all(permissions.map((permission) => resultOf(permission)))
  const denied = permissions.filter((_, i) => results[i] === 'denied')
  const broken = results.find((result) => typeof result === 'object')
  if (broken)
    return failed(
      broken.problem,
      `Run the check again; if it fails again, check the ${place} and the network.`,
    )
  if (denied.length > 0) {
    const text = denied.map(({ action, commands }) => `${action}, for ${commands}`).join('; ')
    const finding = `denied: ${text}`
    const remedy = `Allow ${denied.map(({ action }) => `${prefix}${action}`).join(', ')} if this machine needs it.`
    return denied.some(({ isRequired }) => isRequired) ? failed(finding, remedy) : warning(finding, remedy)
  }
  const tried = permissions.filter((_, i) => results[i] === 'allowed').map(({ action }) => action)
  return ok(`allowed: ${tried.join(', ')}${more}`)
}

/** The result of trying an operation. A vault or bucket that does not exist says nothing about permissions. */
async function resultOf(
  permission: Permission,
): Promise<'allowed' | 'denied' | 'untried' | { readonly problem: string }> {
  try {
    return (await permission.try()) === UNTRIED ? 'untried' : 'allowed'
  } catch (error) {
    return error instanceof AccessDeniedError ? 'denied' : { problem: problemOf(error) }
  }
}
