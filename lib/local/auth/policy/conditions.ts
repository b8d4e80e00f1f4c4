/**
 * The Condition of a statement. It is met if all its operators are met, for all of their keys.
 *
 * - Of several values of a key, one must match; with a negated operator, none may match.
 * - If the key is absent, an operator is not met, unless it is negated or has `IfExists`.
 * - Every key has at most one value here. `ForAnyValue` requires a value that matches; `ForAllValues` is also met if the key
 *   is absent.
 */
import { booleanOf } from './condition-value.js'
import { KEY_NAMES, keyOf, type ConditionKey } from './condition-keys.js'
import { EXPECTED, operatorOf, type Operator } from './condition-operators.js'
import { PolicyProblem, quoted, textOf } from './policy-problem.js'
import { isObject } from '../../../options/check-options.js'

/** The values of keys, by the names of {@link ConditionKey}; an absent key has no entry. */
export type KeyValues = ReadonlyMap<string, string>

/** Whether a condition is met. */
export type Condition = (values: KeyValues) => boolean

const NAME = /^(?:(ForAnyValue|ForAllValues):)?(.*?)(IfExists)?$/s

/**
 * The conditions of a statement.
 *
 * @throws {PolicyProblem} a part of it cannot be evaluated
 */
export function conditionsOf(block: unknown): readonly Condition[] {
  if (!isObject(block)) throw new PolicyProblem(`Condition must be an object, and is ${quoted(block)}.`)
  return Object.entries(block).flatMap(([operator, keys]: [string, unknown]) => {
    if (!isObject(keys)) {
      throw new PolicyProblem(
        `The condition operator ${quoted(operator)} must have an object of keys and values, and has ${quoted(keys)}.`,
      )
    }
    return Object.entries(keys).map(([key, values]) => conditionOf(operator, key, values))
  })
}

function conditionOf(operatorName: string, keyName: string, values: unknown): Condition {
  const key = keyOf(keyName)
  if (!key) {
    throw new PolicyProblem(
      `The condition key ${quoted(keyName)} has no value here. Those that have are ${KEY_NAMES.join(', ')}.`,
    )
  }
  const expected: readonly unknown[] = Array.isArray(values) ? values : [values]
  if (expected.length === 0) throw new PolicyProblem(`The condition key ${quoted(keyName)} has no values.`)
  for (const one of expected) if (typeof one === 'string') textOf(`The condition key ${quoted(keyName)}`, one)
  if (operatorName === 'Null') return absence(key, expected)
  const [, set, name = '', ifExists] = NAME.exec(operatorName) as RegExpExecArray // it matches any text
  const operator = operatorOf(name)
  if (!operator) throw new PolicyProblem(`The condition operator ${quoted(operatorName)} is not known.`)
  if (!key.comparisons.includes(operator.comparison)) {
    throw new PolicyProblem(
      `The condition operator ${quoted(operatorName)} does not compare ${key.name}. ` +
        `Operators that do are ${key.comparisons.join(', ')} operators, and Null.`,
    )
  }
  const tests = expected.map((one) => testFor(operator, operatorName, one))
  const ifAbsent =
    ifExists !== undefined || set === 'ForAllValues' || (set === undefined && operator.isNegated)
  return (found) => {
    const value = found.get(key.name)
    if (value === undefined) return ifAbsent
    return tests.some((test) => test(value)) !== operator.isNegated
  }
}

function absence({ name }: ConditionKey, values: readonly unknown[]): Condition {
  const flags = values.map((one) => {
    const flag = booleanOf(one)
    if (flag === undefined) throw wrongValue('Null', 'true or false', one)
    return flag
  })
  return (found) => flags.includes(!found.has(name))
}

function testFor(operator: Operator, name: string, value: unknown): (found: string) => boolean {
  const test = operator.testFor(value)
  if (!test) throw wrongValue(name, EXPECTED[operator.comparison], value)
  return test
}

function wrongValue(operator: string, expected: string, found: unknown): PolicyProblem {
  return new PolicyProblem(
    `A value of the condition operator ${quoted(operator)} must be ${expected}, and is ${quoted(found)}.`,
  )
}
