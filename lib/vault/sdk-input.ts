/** Fields of the SDK's inputs that many requests have. */
import type { PageRequest, VaultRequest } from './vault-client.js'

/** The account and the vault a request names. */
export function addressOf({ accountId, vaultName }: VaultRequest): { accountId: string; vaultName: string } {
  return { accountId: accountId ?? '-', vaultName }
}

/** The page a list request asks for. */
export function pageOf({ marker, limit }: PageRequest): PageRequest {
  return { ...(marker !== undefined && { marker }), ...(limit !== undefined && { limit }) }
}
