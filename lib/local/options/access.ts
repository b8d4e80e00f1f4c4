/** The accounts, regions and keys of a local vault, from its options and its folder. */
import type { AuthConfig } from '../auth/authenticate.js'
import type { LocalCredentials } from '../auth/credentials.js'
import type { CheckedOptions } from './local-vault-options.js'
import type { NotEmpty } from './option-forms.js'
import type { AccountRegion } from '../service/account-region.js'
import type { Extent } from '../stores/all-stores.js'

type AdmissionOptions = Pick<CheckedOptions, 'regions' | 'accountId' | 'acceptAnyCredentials'>

/** The account and region that become the home of a folder without one. */
export function homeOfNewFolder(
  { regions, accountId }: AdmissionOptions,
  keys: NotEmpty<LocalCredentials>,
): AccountRegion {
  return {
    accountId: keys[0].accountId ?? accountId ?? '111122223333',
    region: regions?.[0] ?? 'us-east-1',
  }
}

/** The keys, accounts and regions that requests are accepted for. The account of the first key pair comes first. */
export function resolveAccess(
  { regions, accountId, acceptAnyCredentials }: AdmissionOptions,
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
