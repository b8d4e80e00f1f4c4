/** Operations on a vault's access policy (docs/glacier-protocol.md#access-policy). */
import { bodyOf, requiredMember, structure, TEXT } from '../requests/body-shape.js'
import { nameOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { notFound } from '../service/api-error.js'

/** VaultAccessPolicy and VaultLockPolicy of the model. */
const VAULT_POLICY = structure({ Policy: TEXT })

/** SetVaultAccessPolicy. */
export async function setVaultAccessPolicy(context: RequestContext): Promise<OperationResponse> {
  const accessPolicy = policyIn(context)
  await context.stores.settings.change(nameOf(context, 'vaultName'), () => ({ accessPolicy }))
  return { status: 204 }
}

/** GetVaultAccessPolicy. */
export async function getVaultAccessPolicy(context: RequestContext): Promise<OperationResponse> {
  const { stores } = context
  const vaultName = nameOf(context, 'vaultName')
  const { accessPolicy } = await stores.settings.read(vaultName)
  if (accessPolicy === null)
    throw notFound(`No access policy is set for the vault: ${stores.vaults.arnOf(vaultName)}`)
  return { status: 200, json: { Policy: accessPolicy } }
}

/** DeleteVaultAccessPolicy: 204 even if none is set. */
export async function deleteVaultAccessPolicy(context: RequestContext): Promise<OperationResponse> {
  await context.stores.settings.change(nameOf(context, 'vaultName'), () => ({ accessPolicy: null }))
  return { status: 204 }
}

/**
 * The policy in a body, of an access policy or a lock: JSON as a string.
 *
 * @throws {ApiError} 400: it is absent, or not a policy that the vault can have
 */
export function policyIn(context: RequestContext): string {
  const policy = requiredMember(bodyOf(context, VAULT_POLICY).Policy, 'Policy')
  const { policies, vaults } = context.stores
  policies.accept(policy, vaults.arnOf(nameOf(context, 'vaultName')))
  return policy
}
