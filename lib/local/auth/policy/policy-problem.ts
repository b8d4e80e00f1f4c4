/** The reasons why a part of a policy cannot be evaluated. */

/** A part of a policy that cannot be evaluated. The message says which, and what was expected. */
export class PolicyProblem extends Error {
  override readonly name = 'PolicyProblem'
}

/** The beginning of a value as JSON, for a message. */
export function quoted(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/**
 * A string, or the strings of an array.
 *
 * @param name - of the element, for a message
 * @throws {PolicyProblem} it is neither, is empty, or has a policy variable
 */
export function textsOf(name: string, value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (all.length === 0) throw new PolicyProblem(`${name} is an empty array. It must have a value.`)
  return all.map((one) => textOf(name, one))
}

/**
 * A string.
 *
 * @throws {PolicyProblem} it is something else, or has a policy variable
 */
export function textOf(name: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new PolicyProblem(`${name} must be a string or an array of strings, and has ${quoted(value)}.`)
  if (value.includes('${')) {
    throw new PolicyProblem(
      `${name} has ${quoted(value)}. Policy variables, as \${aws:username}, are not evaluated here.`,
    )
  }
  return value
}
