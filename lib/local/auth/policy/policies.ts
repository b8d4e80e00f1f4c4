/**
 * The policies of all vaults. Each is checked when it is set, and parsed once for all requests.
 *
 * A policy of an older version, or one accepted with lenient checks, may have statements that cannot be evaluated. They
 * never make a request fail: there is one warning, and the statement, or a policy that is not valid at all, denies nothing.
 */
import { invalidParameter } from '../../service/api-error.js'
import { isDenied, readPolicy, type Policy } from './policy.js'
import type { Attempt } from './statement.js'

/** Whether a policy that cannot be evaluated completely is rejected, or accepted with a warning. */
export type PolicyChecks = 'strict' | 'lenient'

/** The maximum number of parsed policies that are kept. */
const MAX_CACHED_POLICIES = 256

/** Checks and evaluates policies. */
export class Policies {
  readonly #checks: PolicyChecks
  readonly #warn: (message: string) => void
  readonly #read = new Map<string, Policy>()

  /**
   * @param checks - whether a policy that cannot be evaluated completely is rejected
   * @param warn - called with each warning
   */
  constructor(checks: PolicyChecks, warn: (message: string) => void) {
    this.#checks = checks
    this.#warn = warn
  }

  /**
   * Checks a policy that is to be set on a vault.
   *
   * @throws {ApiError} 400: it is not a policy, or, with strict checks, a part of it cannot be evaluated
   */
  accept(text: string, vaultArn: string): void {
    const policy = readPolicy(text, vaultArn)
    if (this.#checks === 'strict' && policy.problems.length > 0)
      throw invalidParameter(`Invalid policy: ${inSum(policy.problems)}`)
    this.#keep(text, vaultArn, policy)
  }

  /** Whether a policy that is set on a vault denies an attempt. */
  isDenied(text: string, attempt: Attempt): boolean {
    const vaultArn = attempt.resource
    const policy =
      this.#read.get(keyFor(text, vaultArn)) ?? this.#keep(text, vaultArn, readStored(text, vaultArn))
    return isDenied(policy, attempt)
  }

  #keep(text: string, vaultArn: string, policy: Policy): Policy {
    for (const oldest of this.#read.keys()) {
      if (this.#read.size < MAX_CACHED_POLICIES) break
      this.#read.delete(oldest)
    }
    this.#read.set(keyFor(text, vaultArn), policy)
    if (policy.problems.length > 0) {
      this.#warn(
        `A policy that is set on the vault ${vaultArn} has what cannot be evaluated. That denies nothing. ` +
          inSum(policy.problems),
      )
    }
    return policy
  }
}

/** The first problem, and how many more there are. */
function inSum(problems: readonly string[]): string {
  const [first = '', ...more] = problems
  return more.length === 0 ? first : `${first} Problems besides this one: ${more.length}.`
}

function keyFor(text: string, vaultArn: string): string {
  return `${vaultArn}\n${text}`
}

function readStored(text: string, vaultArn: string): Policy {
  try {
    return readPolicy(text, vaultArn)
  } catch (error) {
    return { statements: [], problems: [(error as Error).message] }
  }
}
