/**
 * Errors about options of callers. A program that has other names for the options, such as the command, reads the facts
 * of the error instead of its message.
 */

/** The facts of an error about an option. */
export interface OptionRefusal {
  /** The name of the option, with its path if it is nested: `faults[0].fault`. */
  readonly option: string
  /** The problem, without the name: `must be a number from 1 up, not 0.` */
  readonly problem: string
}

const refusals = new WeakMap<object, OptionRefusal>()

/**
 * An error about an option, with the message `OPTION of CALLER PROBLEM`
 *
 * @param kind - TypeError for a value of another type, RangeError for a value out of range
 * @param option - the name, with its path if it is nested
 * @param caller - the function or class that the option was passed to
 * @param problem - what was expected and found, as `must be a number from 1 up, not 0.`
 */
export function optionError<E extends RangeError | TypeError>(
  kind: new (message: string, options?: ErrorOptions) => E,
  option: string,
  caller: string,
  problem: string,
  options?: ErrorOptions,
): E {
  const error = new kind(`${option} of ${caller} ${problem}`, options)
  refusals.set(error, { option, problem })
  return error
}

/** The facts of an error that {@link optionError} has made; `undefined` for any other error. */
export function refusalOf(error: object): OptionRefusal | undefined {
  return refusals.get(error)
}
