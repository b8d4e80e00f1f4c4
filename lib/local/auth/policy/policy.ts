/**
 * What a policy of a vault denies: an access policy, or a lock.
 *
 * - Only `Deny` is evaluated: the holder of the keys is the owner of the account, and may do everything that is not denied.
 * - A statement is understood as a whole or not at all. One that cannot be evaluated is a problem, and denies nothing.
 */
import { isObject } from '../../../options/check-options.js'
import { parseJson } from '../../service/bounded-json.js'
import { invalidParameter, type ApiError } from '../../service/api-error.js'
import { quoted, type PolicyProblem } from './policy-problem.js'
import { readStatement, type Attempt, type Elements, type Statement } from './statement.js'

/** A policy that has been read. */
export interface Policy {
  /** The statements that can be evaluated. */
  readonly statements: readonly Statement[]
  /** What cannot be evaluated, and why. */
  readonly problems: readonly string[]
}

/** Bytes a policy has at the most (docs/glacier-protocol.md#limits). */
const MAX_POLICY_SIZE = 20_480
const VERSIONS: readonly unknown[] = ['2012-10-17', '2008-10-17', undefined]
const NAMES: readonly string[] = ['Version', 'Id', 'Statement']

/**
 * Reads a policy.
 *
 * The messages are ours: the service's are not known (docs/glacier-protocol.md#not-documented).
 *
 * @throws {ApiError} 400: it is too long, is not JSON, or is not made of statements with an Effect
 */
export function readPolicy(text: string, vaultArn: string): Policy {
  if (Buffer.byteLength(text) > MAX_POLICY_SIZE)
    throw invalid(`It has ${Buffer.byteLength(text)} bytes, and may have ${MAX_POLICY_SIZE}.`)
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
      const { message } = error as PolicyProblem // it throws nothing else
      problems.push(`Statement ${i + 1} cannot be evaluated. ${message}`)
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
