/** The rules of clients and of how they make requests. */
import { hasMethods, isNumber } from '../options/rules.js'
import { rule, type Rule, type RulesOf } from '../options/check-options.js'
import type { RequestOptions } from './request-options.js'

/** A client: a `GlacierClient` of the SDK's, or a `VaultClient`. */
export const CLIENT: Rule = rule(
  'a GlacierClient of @aws-sdk/client-glacier, or what glacierClient() gives',
  (value) => hasMethods(value, ['uploadPart']) || hasMethods(value, ['send']),
)
/** A `VaultClient`. */
export const VAULT_CLIENT: Rule = rule('what glacierClient() gives, or another VaultClient', (value) =>
  hasMethods(value, ['uploadPart']),
)

/** The options of requests. */
export const REQUEST_OPTIONS: RulesOf<RequestOptions> = {
  idleTimeout: rule(
    'a number of milliseconds from 1 up to 24 days',
    isNumber,
    (value) => value > 0 && value < 2 ** 31,
  ),
}
