/** Operations on a vault's access policy (docs/glacier-protocol.md#access-policy). */
import { bodyOf, present, structure, TEXT } from '../requests/body-shape.js'
import { nameOf, type Answer, type Exchange } from '../requests/request-context.js'
import { notFound } from '../service/api-error.js'

/** VaultAccessPolicy and VaultLockPolicy of the model. */
const VAULT_POLICY = structure({ Policy: TEXT })

/** SetVaultAccessPolicy. */
export async function setVaultAccessPolicy(exchange: Exchange): Promise<Answer> {
  const accessPolicy = policyIn(exchange)
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), () => ({ accessPolicy }))
  return { status: 204 }
}

/** GetVaultAccessPolicy. */
export async function getVaultAccessPolicy(exchange: Exchange): Promise<Answer> {
  const { stores } = exchange
  const vaultName = nameOf(exchange, 'vaultName')
  const { accessPolicy } = await stores.settings.read(vaultName)
  if (accessPolicy === null)
    throw notFound(`No access policy is set for the vault: ${stores.vaults.arnOf(vaultName)}`)
  return { status: 200, json: { Policy: accessPolicy } }
}

/** DeleteVaultAccessPolicy: 204 also where there is none. */
export async function deleteVaultAccessPolicy(exchange: Exchange): Promise<Answer> {
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), () => ({ accessPolicy: null }))
  return { status: 204 }
}

/**
 * The policy in a body, of an access policy or a lock: JSON as a string.
 *
 * @throws {ServiceFault} 400: there is none, or it is no policy that the vault may have
 */
export function policyIn(exchange: Exchange): string {
  const policy = present(bodyOf(exchange, VAULT_POLICY).Policy, 'Policy')
  const { policies, vaults } = exchange.stores
  policies.accept(policy, vaults.arnOf(nameOf(exchange, 'vaultName')))
  return policy
}
