/** Who may do something at a local vault, and where: from its options and what its folder keeps. */
import type { AccountRegion } from './service/account-region.js'
import type { AuthConfig } from './auth/authenticate.js'
import type { LocalCredentials } from './auth/credentials.js'
import type { CheckedOptions, NotEmpty } from './options/local-vault-options.js'
import type { Extent } from './stores/all-stores.js'

/** Which of the options say who may do something. */
type AccessOptions = Pick<CheckedOptions, 'regions' | 'accountId' | 'acceptAnyCredentials'>

/** The account and region that become the home of a folder which has none yet. */
export function homeOfNewFolder(
  { regions, accountId }: AccessOptions,
  keys: NotEmpty<LocalCredentials>,
): AccountRegion {
  return {
    accountId: keys[0].accountId ?? accountId ?? '111122223333',
    region: regions?.[0] ?? 'us-east-1',
  }
}

/** Who may do something, and where. The account of the first key pair comes first. */
export function resolveAccess(
  { regions, accountId, acceptAnyCredentials }: AccessOptions,
  keys: NotEmpty<LocalCredentials>,
  home: AccountRegion,
): Omit<AuthConfig, 'now'> & Pick<Extent, 'accountIds' | 'regions'> {
  const account = accountId ?? keys[0].accountId ?? home.accountId
  const credentials = keys.map((pair) => ({ ...pair, accountId: pair.accountId ?? account }))
  const accountIds = [...credentials.map((pair) => pair.accountId), account]
  return {
    regions: regions ?? [home.region],
    credentials,
    anyAccountId: acceptAnyCredentials ? account : undefined,
    accountIds: accountIds as [string, ...string[]], // at least the last
  }
}
