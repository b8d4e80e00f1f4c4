/**
 * The decisions of one run. Each decision has a name and a usual outcome. A seed decides which decisions have an unusual
 * outcome; a list of named outcomes repeats a run without its seed's draws.
 *
 * - The same decision may be made several times: its occurrences are counted, from 1.
 * - The usual outcome is the one that an undisturbed run has: nothing fails, nothing is late.
 */

/** The outcome of a decision: text, so that a list can be read and written by hand. */
export type Outcome = string

/** An unusual outcome of a decision. */
export interface Choice {
  /** The name of the decision, such as `upload-1/completeUpload/response`. */
  readonly name: string
  /** Which occurrence of the decision it is, from 1. */
  readonly occurrence: number
  readonly outcome: Outcome
}

/** A choice as a line of a list, such as `upload-1/completeUpload/response #2 = lost`. */
export function textOf({ name, occurrence, outcome }: Choice): string {
  return `${name} #${occurrence} = ${outcome}`
}

/**
 * Reads a line of a list.
 *
 * @throws {Error} the line is not a choice
 */
export function parseChoice(line: string): Choice {
  const [, name, occurrence, outcome] = /^(.+) #([1-9]\d*) = (.*)$/.exec(line) ?? []
  if (name === undefined || occurrence === undefined || outcome === undefined)
    throw new Error(`A choice has the form NAME #OCCURRENCE = OUTCOME, not ${JSON.stringify(line)}.`)
  return { name, occurrence: Number(occurrence), outcome }
}

/** Makes the decisions of a run. */
export interface Choices {
  /**
   * Decides whether something unusual happens.
   *
   * @param probability - from 0 to 1. With 0 the decision is not counted
   */
  happens(name: string, probability: number): boolean
  /**
   * Decides on one of several values, of which the first is usual.
   *
   * @param probability - of another value than the first, which are equally likely; default: all are equally likely
   */
  pick<Value extends string | number | boolean>(
    name: string,
    values: readonly [Value, ...Value[]],
    probability?: number,
  ): Value
  /**
   * Decides on a whole number, of which the first is usual.
   *
   * @param probability - of any other number than the first, which are equally likely; default: all are equally likely
   */
  between(name: string, usual: number, last: number, probability?: number): number
}
