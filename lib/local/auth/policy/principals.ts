/**
 * The principals of a statement. The holder of the keys is the root user of the account: a Principal matches if it is
 * everybody, the account, or its root user. Other accounts, users and roles cannot send requests here.
 */
import { isObject } from '../../../options/check-options.js'
import { PolicyProblem, quoted, textsOf } from './policy-problem.js'

const ACCOUNT = /^\d{12}$/
const IDENTITY = /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/.+)$/

/**
 * Whether a Principal or NotPrincipal names an account's root user, by the number of the account.
 *
 * @param name - of the element, for messages
 * @throws {PolicyProblem} it names a principal that cannot be compared with the sender of a request
 */
export function principalsOf(name: string, value: unknown): (accountId: string) => boolean {
  if (value === '*') return () => true
  if (!isObject(value))
    throw new PolicyProblem(`${name} must be "*" or an object as {"AWS": …}, and is ${quoted(value)}.`)
  for (const type of Object.keys(value)) {
    if (type !== 'AWS') {
      throw new PolicyProblem(
        `${name} has principals of the type ${quoted(type)}. Only those of the type "AWS" can send requests here.`,
      )
    }
  }
  const principals = textsOf(`${name}.AWS`, (value as { readonly AWS?: unknown }).AWS ?? [])
  for (const principal of principals) {
    if (principal === '*' || ACCOUNT.test(principal) || IDENTITY.test(principal)) continue
    throw new PolicyProblem(
      `${name} has ${quoted(principal)}. It must be "*", 12 digits, or the ARN of an account, a user or a role, ` +
        'without wildcards.',
    )
  }
  return (accountId) =>
    principals.some((one) => one === '*' || one === accountId || one === `arn:aws:iam::${accountId}:root`)
}
