/** `home.json`: the account and the region whose data are in the folder itself. */
import { isAccountId, isRegion, type AccountRegion } from '../service/account-region.js'

/** The content of `home.json`, in messages. */
export const HOME_CONTENT = 'an accountId of 12 digits and a region'

/** Whether an object has the form of `home.json`. Both parts become names of folders. */
export function isHome(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<keyof AccountRegion, string>> {
  const { accountId, region } = value
  return (
    typeof accountId === 'string' && isAccountId(accountId) && typeof region === 'string' && isRegion(region)
  )
}
