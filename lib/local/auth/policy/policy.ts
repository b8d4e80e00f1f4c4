/**
 * A policy of a vault: an access policy, or that of a lock.
 *
 * - Only `Deny` is evaluated: the holder of the keys owns the account, and may do everything that is not denied.
 * - A statement is evaluated completely or not at all. One that cannot be evaluated is a problem, and denies nothing.
 */
import { invariant } from '../../../invariant.js'
import { isObject } from '../../../options/check-options.js'
import { parseJson } from '../../service/bounded-json.js'
import { invalidParameter, type ApiError } from '../../service/api-error.js'
import { quoted, PolicyProblem } from './policy-problem.js'
import { readStatement, type Attempt, type Elements, type Statement } from './statement.js'

/** A parsed policy. */
export interface Policy {
  /** The statements that can be evaluated. */
  readonly statements: readonly Statement[]
  /** The parts that cannot be evaluated, and the reasons. */
  readonly problems: readonly string[]
}

/** The maximum length of a policy (docs/glacier-protocol.md#limits). */
const MAX_POLICY_BYTES = 20_480
const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17', undefined]
const NAMES: readonly string[] = ['Version', 'Id', 'Statement']

/**
 * Parses a policy.
 *
 * The messages are ours: those of the service are not known (docs/glacier-protocol.md#not-documented).
 *
 * @throws {ApiError} 400: it is too long, is not JSON, or is not made of statements with an Effect
 */
export function readPolicy(text: string, vaultArn: string): Policy {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES)
    throw invalid(`It has ${Buffer.byteLength(text)} bytes, and may have ${MAX_POLICY_BYTES}.`)
  const policy = parsed(text)
  if (!isObject(policy)) throw invalid('It is not a JSON object.')
  const { Version, Id, Statement: statement, ...rest } = policy as Elements
  const all: readonly unknown[] = Array.isArray(statement) ? statement : [statement]
  if (all.length === 0) throw invalid('It has no statements.')
  const statements: Statement[] = []
  const problems: string[] = []
  for (const [i, elements] of all.entries()) {
    if (!isObject(elements)) throw invalid('Statement must be an object or an array of objects.')
    const { Effect } = elements as Elements
    if (Effect !== 'Allow' && Effect !== 'Deny')
      throw invalid('The Effect of a statement must be Allow or Deny.')
    try {
      statements.push(readStatement(elements as Elements, Effect, vaultArn))
    } catch (error) {
      invariant(error instanceof PolicyProblem, 'reading a statement throws only problems of the policy')
      problems.push(`Statement ${i + 1} cannot be evaluated. ${error.message}`)
    }
  }
  const other = Object.keys(rest)[0]
  if (other !== undefined) {
    problems.unshift(`It has the element ${quoted(other)}. A policy has ${NAMES.join(', ')}.`)
  } else if (!VERSIONS.includes(Version)) {
    problems.unshift(`Its Version is ${quoted(Version)}. It must be "2012-10-17".`)
  } else if (Id !== undefined && typeof Id !== 'string') {
    problems.unshift(`Its Id must be a string, and is ${quoted(Id)}.`)
  } else return { statements, problems }
  return { statements: [], problems }
}

/** Whether a policy denies an attempt. */
export function isDenied({ statements }: Policy, attempt: Attempt): boolean {
  return statements.some(({ effect, applies }) => effect === 'Deny' && applies(attempt))
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    throw invalid((error as SyntaxError).message)
  }
}

function invalid(message: string): ApiError {
  return invalidParameter(`Invalid policy: ${message}`)
}
