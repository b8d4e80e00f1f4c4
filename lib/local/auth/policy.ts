/**
 * What policies deny: as much of the policy language as vault policies and locks are written in.
 *
 * - Only `Deny` is looked at: whoever has the keys is the owner, who may do all that is not denied.
 * - An operator or a key that is not known here never holds, so that a statement with one denies nothing.
 */
import { invalidParameter } from '../service-fault.js'

/** What somebody wants to do. */
export interface Attempt {
  /** As `glacier:DeleteArchive`. */
  readonly action: string
  /** The ARN of the vault. */
  readonly resource: string
  readonly accountId: string
  /** The values of condition keys, as `glacier:ArchiveAgeInDays`; one that is absent is not there. */
  readonly keys: Readonly<Record<string, string>>
}

type Json = Readonly<Record<string, unknown>>

/** Bytes a policy has at the most (protocol.md 1.7, 1.8). */
const MAX_POLICY_SIZE = 20_480

/**
 * Throws unless a text is a policy.
 *
 * The texts are ours: the service's are not known (protocol.md 10).
 *
 * @throws {ServiceFault} 400: it is too long, no JSON, or has no statements
 */
export function assertPolicy(text: string): void {
  if (Buffer.byteLength(text) > MAX_POLICY_SIZE)
    throw invalidParameter(`Invalid policy: it has more than ${MAX_POLICY_SIZE} bytes.`)
  const statements = statementsOf(text)
  if (statements.length === 0) throw invalidParameter('Invalid policy: it has no statements.')
  for (const { Effect, Action, NotAction } of statements) {
    if (Effect !== 'Allow' && Effect !== 'Deny')
      throw invalidParameter('Invalid policy: the Effect of a statement is Allow or Deny.')
    if (Action === undefined && NotAction === undefined)
      throw invalidParameter('Invalid policy: a statement has no Action.')
  }
}

/** Whether a policy denies what somebody wants to do. */
export function isDenied(text: string, attempt: Attempt): boolean {
  return statementsOf(text).some((statement) => statement.Effect === 'Deny' && applies(statement, attempt))
}

function statementsOf(text: string): readonly Json[] {
  const policy = parsed(text)
  const statements = isObject(policy) ? listOf(policy.Statement) : []
  if (!isObject(policy) || !statements.every(isObject))
    throw invalidParameter('Invalid policy: it is not a JSON object with statements.')
  return statements
}

function applies(statement: Json, { action, resource, accountId, keys }: Attempt): boolean {
  const { Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition } = statement
  if (Action !== undefined && !anyLike(Action, action)) return false
  if (NotAction !== undefined && anyLike(NotAction, action)) return false
  if (Resource !== undefined && !anyLike(Resource, resource)) return false
  if (NotResource !== undefined && anyLike(NotResource, resource)) return false
  if (Principal !== undefined && !names(Principal, accountId)) return false
  if (NotPrincipal !== undefined && names(NotPrincipal, accountId)) return false
  return Object.entries(isObject(Condition) ? Condition : {}).every(([operator, wanted]) =>
    Object.entries(isObject(wanted) ? wanted : {}).every(([key, values]) =>
      holds(operator, valueOf(keys, key), listOf(values).map(String)),
    ),
  )
}

function names(principal: unknown, accountId: string): boolean {
  const all = isObject(principal) ? listOf(principal.AWS) : listOf(principal)
  return all.some((one) => one === '*' || one === accountId || one === `arn:aws:iam::${accountId}:root`)
}

function anyLike(patterns: unknown, text: string): boolean {
  return listOf(patterns).some((pattern) => isLike(String(pattern).toLowerCase(), text.toLowerCase()))
}

/** `*` stands for any characters, `?` for one. */
function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 's').test(text)
}

/** Keys are told apart whatever their case, but for the tag's own name in them. */
function valueOf(keys: Readonly<Record<string, string>>, wanted: string): string | undefined {
  const folded = (key: string): string => {
    const at = key.includes('/') ? key.indexOf('/') : key.length
    return key.slice(0, at).toLowerCase() + key.slice(at)
  }
  return Object.entries(keys).find(([key]) => folded(key) === folded(wanted))?.[1]
}

const TEXT: Readonly<Record<string, (found: string, wanted: string) => boolean>> = {
  StringEquals: (found, wanted) => found === wanted,
  StringEqualsIgnoreCase: (found, wanted) => found.toLowerCase() === wanted.toLowerCase(),
  StringLike: (found, wanted) => isLike(wanted, found),
  Bool: (found, wanted) => found.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: (found, wanted) => Number(found) === Number(wanted),
  NumericLessThan: (found, wanted) => Number(found) < Number(wanted),
  NumericLessThanEquals: (found, wanted) => Number(found) <= Number(wanted),
  NumericGreaterThan: (found, wanted) => Number(found) > Number(wanted),
  NumericGreaterThanEquals: (found, wanted) => Number(found) >= Number(wanted),
}

const NEGATED: Readonly<Record<string, string>> = {
  StringNotEquals: 'StringEquals',
  StringNotEqualsIgnoreCase: 'StringEqualsIgnoreCase',
  StringNotLike: 'StringLike',
  NumericNotEquals: 'NumericEquals',
}

/** Whether a condition holds; a negated one also does where there is no such key. */
function holds(operator: string, found: string | undefined, wanted: readonly string[]): boolean {
  if (operator === 'Null') return wanted.includes(String(found === undefined))
  const name = operator.replace(/IfExists$/, '')
  if (found === undefined) return name !== operator || name in NEGATED
  const negated = NEGATED[name]
  const test = TEXT[negated ?? name]
  if (!test) return false
  const met = wanted.some((one) => test(found, one))
  return negated === undefined ? met : !met
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat()
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
