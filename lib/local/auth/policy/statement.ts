/** A statement of a policy, read once so that it can be evaluated for each request. */
import { actionsOf } from './actions.js'
import { conditionsOf, type KeyValues } from './conditions.js'
import { PolicyProblem, quoted, textsOf } from './policy-problem.js'
import { principalsOf } from './principals.js'
import { matchesWildcard } from './wildcard.js'

/** A request that a policy may deny. */
export interface Attempt {
  /** As `glacier:DeleteArchive`. */
  readonly action: string
  /** The ARN of the vault. */
  readonly resource: string
  readonly accountId: string
  readonly keys: KeyValues
}

/** A statement that can be evaluated. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  /** Whether it applies to an attempt. */
  readonly applies: (attempt: Attempt) => boolean
}

/** The elements of a statement, as JSON. */
export type Elements = Readonly<Record<string, unknown>>

const NAMES: ReadonlySet<string> = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

/**
 * Parses a statement. Without a Principal it applies to everybody, and without a Resource to the vault.
 *
 * @throws {PolicyProblem} a part of it cannot be evaluated
 */
export function readStatement(elements: Elements, effect: Statement['effect'], vaultArn: string): Statement {
  for (const name of Object.keys(elements)) {
    if (!NAMES.has(name))
      throw new PolicyProblem(`It has the element ${quoted(name)}, which a statement does not have.`)
  }
  const { Sid } = elements
  if (Sid !== undefined && typeof Sid !== 'string')
    throw new PolicyProblem(`Sid must be a string, and is ${quoted(Sid)}.`)
  const actions = oneOf(elements, 'Action', (name, value) => actionsOf(name, value))
  if (!actions) throw new PolicyProblem('It has neither an Action nor a NotAction.')
  const resources = oneOf(elements, 'Resource', (name, value) => resourcesOf(name, value, vaultArn))
  const principals = oneOf(elements, 'Principal', (name, value) => principalsOf(name, value))
  const conditions = elements.Condition === undefined ? [] : conditionsOf(elements.Condition)
  return {
    effect,
    applies: ({ action, resource, accountId, keys }) =>
      actions(action) &&
      resources?.(resource) !== false &&
      principals?.(accountId) !== false &&
      conditions.every((holds) => holds(keys)),
  }
}

/** Whether an element or its negation names a text; `undefined` if the statement has neither. */
function oneOf(
  elements: Elements,
  name: string,
  read: (name: string, value: unknown) => (text: string) => boolean,
): ((text: string) => boolean) | undefined {
  const negatedName = `Not${name}`
  const [value, negatedValue] = [elements[name], elements[negatedName]]
  if (value !== undefined && negatedValue !== undefined)
    throw new PolicyProblem(`It has both ${name} and ${negatedName}.`)
  if (value !== undefined) return read(name, value)
  if (negatedValue === undefined) return undefined
  const names = read(negatedName, negatedValue)
  return (text) => !names(text)
}

/** The resources that a Resource or NotResource names. They are case-sensitive. */
function resourcesOf(name: string, value: unknown, vaultArn: string): (resource: string) => boolean {
  const patterns = textsOf(name, value)
  for (const pattern of patterns) {
    if (name === 'NotResource' || matchesWildcard(pattern, vaultArn)) continue
    throw new PolicyProblem(`${name} has ${quoted(pattern)}, which is not the vault. It must be ${vaultArn}.`)
  }
  return (resource) => patterns.some((pattern) => matchesWildcard(pattern, resource))
}
