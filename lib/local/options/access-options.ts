/** The options about accounts, regions, keys and policies: who may do what. */
import { isObject, record, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { BOOLEAN, isString, oneOf, required } from '../../options/rules.js'
import type { LocalCredentials } from '../auth/credentials.js'
import type { PolicyChecks } from '../auth/policy/policies.js'
import { isAccountId, isRegion } from '../service/account-region.js'
import { oneOrSeveral, secret } from './option-forms.js'

/** Options of {@link startLocalVault} about accounts, regions, keys and policies. */
export interface AccessOptions {
  /**
   * The region that requests must be signed for, or several, each with its own vaults; default the region of the folder's
   * first start, `us-east-1` for a new folder.
   */
  readonly region?: string | readonly string[] | undefined
  /**
   * The account, 12 digits, of key pairs that do not name one; default that of the first key pair, or else the account of
   * the folder's first start, `111122223333` for a new folder. Each account has its own vaults.
   */
  readonly accountId?: string | undefined
  /**
   * The key pair that requests must be signed with, or several; default a pair that is created once and kept in the folder
   * with mode 0600. If a key pair has a session token, requests must have that too.
   */
  readonly credentials?: LocalCredentials | readonly LocalCredentials[] | undefined
  /**
   * Whether requests can also be signed with any other keys; default false. The form, time and scope of the signature and
   * the hash of the body are checked, but not the value of the signature. Only on loopback.
   */
  readonly acceptAnyCredentials?: boolean | undefined
  /**
   * Whether a vault's policy that cannot be evaluated completely is rejected (`'strict'`, the default), or accepted with a
   * warning, so that the statement denies nothing (`'lenient'`).
   */
  readonly policies?: PolicyChecks | undefined
}

const ACCOUNT_ID: Rule = rule('a string of 12 digits', isString, isAccountId)
const REGION: Rule = rule('a name of at most 64 small letters, digits and dashes', isString, isRegion)
const CREDENTIALS: Rule = record('a key pair: { accessKeyId, secretAccessKey }', {
  accessKeyId: required(
    secret('a string that is not empty and has no slash, comma or space', (value) =>
      /^[^/,\s]+$/.test(value),
    ),
  ),
  secretAccessKey: required(secret('a string that is not empty', (value) => value !== '')),
  sessionToken: secret('a string that is not empty', (value) => value !== ''),
  expiration: rule(
    'a Date',
    (value) => value instanceof Date,
    (value) => !Number.isNaN(value.getTime()),
  ),
  accountId: ACCOUNT_ID,
} satisfies RulesOf<LocalCredentials>)

/** The rules of {@link AccessOptions}. */
export const ACCESS_RULES: RulesOf<AccessOptions> = {
  region: oneOrSeveral('a region', REGION, isString),
  accountId: ACCOUNT_ID,
  credentials: oneOrSeveral('a key pair', CREDENTIALS, isObject),
  acceptAnyCredentials: BOOLEAN,
  policies: oneOf('strict', 'lenient'),
}
