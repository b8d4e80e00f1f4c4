/** The rules of clients and of how they make requests. */
import { hasMethods, TIMEOUT_MS } from '../options/rules.js'
import { rule, type Rule, type RulesOf } from '../options/check-options.js'
import type { RequestOptions } from './request-options.js'

/** The rule of the option `client`: a `GlacierClient` of the SDK, or a `VaultClient`. */
export const CLIENT: Rule = rule(
  'a GlacierClient of @aws-sdk/client-glacier, or the result of glacierClient()',
  (value) => hasMethods(value, ['uploadPart']) || hasMethods(value, ['send']),
)

/** The rules of {@link RequestOptions}. */
export const REQUEST_OPTIONS: RulesOf<RequestOptions> = {
  idleTimeout: TIMEOUT_MS,
}
