/**
 * The condition keys that have a value here, and the comparisons for each.
 *
 * Source: Service Authorization Reference, Condition keys for Amazon S3 Glacier; IAM User Guide, AWS global condition
 * context keys.
 */
import type { Comparison } from './condition-operators.js'

/** A key, as a condition names it. */
export interface ConditionKey {
  /** In the service's own spelling. */
  readonly name: string
  readonly comparisons: readonly Comparison[]
}

/** The prefix of the keys of a vault's tags. The key of the tag follows. */
export const RESOURCE_TAG = 'glacier:ResourceTag/'

const KEYS: ReadonlyMap<string, ConditionKey> = new Map(
  (
    [
      ['glacier:ArchiveAgeInDays', ['Numeric']],
      ['aws:CurrentTime', ['Date']],
      ['aws:PrincipalAccount', ['String']],
      ['aws:SecureTransport', ['Bool', 'String']],
      ['aws:SourceIp', ['IpAddress']],
    ] as const
  ).map(([name, comparisons]) => [name.toLowerCase(), { name, comparisons }]),
)

/** A tag can have any value. */
const TAG_COMPARISONS: readonly Comparison[] = ['String', 'Numeric', 'Date', 'Bool', 'IpAddress', 'Arn']

/** The names of the keys, for messages. */
export const KEY_NAMES: readonly string[] = [
  ...[...KEYS.values()].map(({ name }) => name),
  `${RESOURCE_TAG}KEY`,
]

/** The key of a name, which is case-insensitive except for the key of a tag; `undefined` if it has no value here. */
export function keyOf(name: string): ConditionKey | undefined {
  const tag = name.slice(RESOURCE_TAG.length)
  if (tag !== '' && name.toLowerCase().startsWith(RESOURCE_TAG.toLowerCase()))
    return { name: `${RESOURCE_TAG}${tag}`, comparisons: TAG_COMPARISONS }
  return KEYS.get(name.toLowerCase())
}
