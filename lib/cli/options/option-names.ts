/**
 * The command's names for the options of the library. Messages name what the user gave: `--part-size`, not `partSize`.
 */
import { refusalOf } from '../../options/option-error.js'
import { UsageError } from '../command-errors.js'

/** The command's name of an option, if it is not the option's name in kebab case. */
export type OptionNames = Readonly<Record<string, string>>

/** The name of a library's option on the command line: `--part-size` for `partSize`. */
export function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/**
 * Runs a function of the library with options that the user gave. An option that the library refuses is a usage error,
 * which names the option as the command does.
 *
 * @param names - the options that have another name on the command line
 * @throws {UsageError} the library refused an option
 */
export function asUsageError<T>(run: () => T, names: OptionNames = {}): T {
  try {
    return run()
  } catch (error) {
    throw toUsageError(error, names)
  }
}

/** A usage error if the library refused an option; any other error as it is. */
export function toUsageError(error: unknown, names: OptionNames = {}): unknown {
  if (!(error instanceof RangeError || error instanceof TypeError)) return error
  const refusal = refusalOf(error)
  if (!refusal) return new UsageError(error.message, { cause: error })
  // The path of a nested option: `faults[0].fault`.
  const [first = '', ...fields] = refusal.option.split('.')
  const option = first.replace(/\[\d+\]$/, '')
  const path = [names[option] ?? flagOf(option), ...fields].join(': ')
  return new UsageError(`${path} ${refusal.problem}`, { cause: error })
}
