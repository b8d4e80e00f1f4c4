/** The option `undocumented`: behaviour that the service's documentation leaves open, and a test may choose. */
import { BOOLEAN, isNumber, oneOf } from '../../options/rules.js'
import { nested, rule, type Rule, type RulesOf } from '../../options/check-options.js'
import { DAY_MS } from './durations.js'

/** Choices where the service's documentation says nothing, or contradicts itself. */
export interface Undocumented {
  /** Milliseconds for which a completion or an abortion can be repeated, 0 to a day; default a day. */
  readonly repeatableFor?: number | undefined
  /** Whether the size and the tree hash of a repeated completion must match the archive; default false. */
  readonly repeatChecked?: boolean | undefined
  /** Whether the response to a repeated completion has the tree hash; default true. */
  readonly repeatHash?: boolean | undefined
  /** The counts of a vault before its first inventory; default `null`. */
  readonly firstCounts?: 0 | null | undefined
  /** The data retrieval policy until one is set: a strategy, or bytes per hour; default `None`. */
  readonly retrievalPolicy?: 'None' | 'FreeTier' | number | undefined
  /** Whether a malformed Range header of GetJobOutput is ignored, or refused with 400; default `ignore`. */
  readonly malformedRange?: 'ignore' | 'refuse' | undefined
}

/** All choices, with their defaults. */
export type CheckedUndocumented = {
  readonly [K in keyof Undocumented]-?: Exclude<Undocumented[K], undefined>
}

const DEFAULTS: CheckedUndocumented = {
  repeatableFor: DAY_MS,
  repeatChecked: false,
  repeatHash: true,
  firstCounts: null,
  retrievalPolicy: 'None',
  malformedRange: 'ignore',
}

const STRATEGY = oneOf('None', 'FreeTier')
const BYTES_PER_HOUR = rule('None, FreeTier, or a whole number of bytes from 1 up', isNumber, (value) => {
  return Number.isSafeInteger(value) && value >= 1
})
const RETRIEVAL_POLICY: Rule = (value, name, caller) => {
  if (typeof value === 'string') STRATEGY(value, name, caller)
  else BYTES_PER_HOUR(value, name, caller)
}

/** The rule of {@link Undocumented}. */
export const UNDOCUMENTED: Rule = nested({
  repeatableFor: rule('milliseconds from 0 to a day', isNumber, (value) => value >= 0 && value <= DAY_MS),
  repeatChecked: BOOLEAN,
  repeatHash: BOOLEAN,
  firstCounts: rule(
    '0 or null',
    (value) => value === null || isNumber(value),
    (value) => value === null || value === 0,
  ),
  retrievalPolicy: RETRIEVAL_POLICY,
  malformedRange: oneOf('ignore', 'refuse'),
} satisfies RulesOf<Undocumented>)

/** The given choices, and the defaults of the others. */
export function withDefaults(given: Undocumented): CheckedUndocumented {
  const chosen = Object.entries(given).filter(([, value]) => value !== undefined)
  return { ...DEFAULTS, ...Object.fromEntries(chosen) }
}
