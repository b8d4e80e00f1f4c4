/**
 * Who a statement is about. Whoever has the keys is the root user of the account: a Principal fits if it is everyone,
 * the account, or its root user. One that is another account, or a user or role, is nobody who can be met here.
 */
import { isObject } from '../../../options/check-options.js'
import { PolicyProblem, quoted, textsOf } from './policy-problem.js'

const ACCOUNT = /^\d{12}$/
const IDENTITY = /^arn:aws[a-z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/.+)$/

/**
 * Whether a Principal or NotPrincipal names an account's root user, by the number of the account.
 *
 * @param name - of the element, for messages
 * @throws {PolicyProblem} it names something that cannot be told from whoever sends a request
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
