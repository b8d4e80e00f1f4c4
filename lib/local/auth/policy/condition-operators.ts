/**
 * The operators of conditions (IAM User Guide, Condition operators).
 *
 * An operator with `Not` in its name is met if its counterpart is met for no value.
 */
import { booleanOf, numberOf, rangeOf, timeOf } from './condition-value.js'
import { isArn, matchesArn, matchesWildcard } from './wildcard.js'

/** The kind of values that an operator compares. */
export type Comparison = 'String' | 'Numeric' | 'Date' | 'Bool' | 'IpAddress' | 'Arn'

/** Whether the value of a key matches a value of a policy. */
export type Test = (found: string) => boolean

/** An operator. */
export interface Operator {
  readonly comparison: Comparison
  /** Whether it is met if no value matches. */
  readonly isNegated: boolean
  /** The test for a value of a policy; `undefined` if the value has another type. */
  readonly testFor: (expected: unknown) => Test | undefined
}

/** The values of each comparison in words, for messages. */
export const EXPECTED: Readonly<Record<Comparison, string>> = {
  String: 'a string',
  Numeric: 'a number, of at most 2^53',
  Date: 'a date and time in ISO 8601, as "2030-01-31T00:00:00Z", or seconds since 1970',
  Bool: 'true or false',
  IpAddress: 'an IPv4 or IPv6 address or CIDR range, as "203.0.113.0/24"',
  Arn: 'an ARN, with or without wildcards',
}

const OPERATORS = new Map<string, Operator>()

add(
  'String',
  'StringEquals',
  'StringNotEquals',
  text((found, expected) => found === expected),
)
add(
  'String',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  text((found, expected) => found.toLowerCase() === expected.toLowerCase()),
)
add(
  'String',
  'StringLike',
  'StringNotLike',
  text((found, expected) => matchesWildcard(expected, found)),
)
for (const [comparison, read] of [
  ['Numeric', numberOf],
  ['Date', timeOf],
] as const) {
  add(
    comparison,
    `${comparison}Equals`,
    `${comparison}NotEquals`,
    order(read, (a, b) => a === b),
  )
  add(
    comparison,
    `${comparison}LessThan`,
    undefined,
    order(read, (a, b) => a < b),
  )
  add(
    comparison,
    `${comparison}LessThanEquals`,
    undefined,
    order(read, (a, b) => a <= b),
  )
  add(
    comparison,
    `${comparison}GreaterThan`,
    undefined,
    order(read, (a, b) => a > b),
  )
  add(
    comparison,
    `${comparison}GreaterThanEquals`,
    undefined,
    order(read, (a, b) => a >= b),
  )
}
add('Bool', 'Bool', undefined, (expected) => {
  const flag = booleanOf(expected)
  return flag === undefined ? undefined : (found) => booleanOf(found) === flag
})
add('IpAddress', 'IpAddress', 'NotIpAddress', rangeOf)
for (const name of ['Equals', 'Like']) {
  // the two are equivalent
  add('Arn', `Arn${name}`, `ArnNot${name}`, (expected) =>
    typeof expected === 'string' && isArn(expected) ? (found) => matchesArn(expected, found) : undefined,
  )
}

/** The operator with a name that has no prefix and no `IfExists`; `undefined` if it does not exist. */
export function operatorOf(name: string): Operator | undefined {
  return OPERATORS.get(name)
}

function add(
  comparison: Comparison,
  name: string,
  negatedName: string | undefined,
  testFor: Operator['testFor'],
): void {
  OPERATORS.set(name, { comparison, isNegated: false, testFor })
  if (negatedName !== undefined) OPERATORS.set(negatedName, { comparison, isNegated: true, testFor })
}

function text(compare: (found: string, expected: string) => boolean): Operator['testFor'] {
  return (expected) => (typeof expected === 'string' ? (found) => compare(found, expected) : undefined)
}

function order(
  read: (value: unknown) => number | undefined,
  compare: (found: number, expected: number) => boolean,
): Operator['testFor'] {
  return (expected) => {
    const limit = read(expected)
    if (limit === undefined) return undefined
    return (found) => {
      const value = read(found)
      return value !== undefined && compare(value, limit)
    }
  }
}
