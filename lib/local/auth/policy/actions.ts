/** The actions that policies name: `glacier:` and the name of an operation. */
import { OPERATION_NAMES } from '../../service/operation-names.js'
import { PolicyProblem, quoted, textsOf } from './policy-problem.js'
import { matchesWildcard } from './wildcard.js'

const ACTIONS = OPERATION_NAMES.map((operation) => `glacier:${operation}`.toLowerCase())

/**
 * The actions that an Action or NotAction names. They are case-insensitive.
 *
 * @param name - of the element, for messages
 * @throws {PolicyProblem} one of them is not an action of the service
 */
export function actionsOf(name: string, value: unknown): (action: string) => boolean {
  const patterns = textsOf(name, value).map((pattern) => {
    const folded = pattern.toLowerCase()
    const isService = folded === '*' || folded.startsWith('glacier:')
    if (isService && ACTIONS.some((action) => matchesWildcard(folded, action))) return folded
    throw new PolicyProblem(
      `${name} has ${quoted(pattern)}, which is no action of the service. Actions are as "glacier:DeleteArchive".`,
    )
  })
  return (action) => patterns.some((pattern) => matchesWildcard(pattern, action.toLowerCase()))
}
