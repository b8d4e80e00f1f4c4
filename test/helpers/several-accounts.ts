import { GlacierClient } from '@aws-sdk/client-glacier'
import { type Test } from 'tap'
import { type LocalCredentials, type LocalVault } from '../../lib/local/index.js'
import { localVaultFor } from './local-vault.js'

const [ONE, TWO] = ['111111111111', '222222222222'] as const
const REGIONS = ['us-east-1', 'eu-west-1'] as const

export const KEYS = [
  { accessKeyId: 'AKIAONE', secretAccessKey: 'first secret' },
  { accessKeyId: 'AKIATWO', secretAccessKey: 'second secret', sessionToken: 'a token', accountId: TWO },
] as const

/** Whose vaults a client asks for. */
export interface Whose {
  readonly accountId: string
  readonly region: string
  readonly credentials: LocalCredentials
}

export function severalFor(
  test: Test,
  options: Parameters<typeof localVaultFor>[1] = {},
): Promise<LocalVault> {
  return localVaultFor(test, { region: REGIONS, accountId: ONE, credentials: KEYS, ...options })
}

/** A client as users of the SDK make one. */
export function sdkFor(
  test: Test,
  { endpoint }: LocalVault,
  { region, credentials }: Omit<Whose, 'accountId'>,
): GlacierClient {
  const client = new GlacierClient({ endpoint, region, credentials, maxAttempts: 1 })
  test.teardown(() => {
    client.destroy()
  })
  return client
}
