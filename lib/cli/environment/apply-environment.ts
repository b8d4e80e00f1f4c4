/**
 * Options from the environment. The command line is parsed first and wins. The values are read by the same parsers, and
 * the messages name the variable.
 */
import { InvalidArgumentError, type Command, type Option } from 'commander'
import { UsageError } from '../command-errors.js'
import type { Io } from '../io.js'
import { flagOf } from '../options/option-names.js'
import { ALTERNATIVES, SETTINGS, variableOf } from './settings.js'

/** The source of a value, as commander names it. */
const SOURCE = 'env'
const YES = ['1', 'true', 'yes']
const NO = ['0', 'false', 'no']

/**
 * Sets the options of a command that the command line leaves out and the environment has. An empty variable counts as
 * not set.
 *
 * @param command - the command that is about to run, after its arguments were parsed
 * @throws {UsageError} a value that the option does not accept, or two variables that exclude each other
 */
export function applyEnvironment(command: Command, env: Io['env']): void {
  for (const option of command.options) {
    const attribute = option.attributeName()
    const value = env[variableOf(attribute)]
    if (!SETTINGS.has(attribute) || value === undefined || value === '') continue
    if (isGiven(command, attribute) || alternativesTo(attribute).some((other) => isGiven(command, other)))
      continue
    const found = readValue(option, value)
    if (found === undefined) continue
    refuseAlternatives(command, attribute)
    command.setOptionValueWithSource(attribute, found, SOURCE)
  }
}

/** Whether the command line has an option. */
function isGiven(command: Command, attribute: string): boolean {
  return command.getOptionValueSource(attribute) === 'cli'
}

function alternativesTo(attribute: string): readonly string[] {
  const group = ALTERNATIVES.find((names) => names.includes(attribute)) ?? []
  return group.filter((name) => name !== attribute)
}

function refuseAlternatives(command: Command, attribute: string): void {
  for (const other of alternativesTo(attribute)) {
    if (command.getOptionValueSource(other) !== SOURCE) continue
    const [first, second] = [variableOf(other), variableOf(attribute)]
    throw new UsageError(`${first} and ${second} exclude each other. Set one of them, or give the option.`)
  }
}

/** Reads a value as the command line would; `undefined` for a switch that is left as it is. */
function readValue(option: Option, value: string): unknown {
  const variable = variableOf(option.attributeName())
  if (option.isBoolean() || option.negate) {
    const isOn = readSwitch(variable, value)
    // `--x` can only turn on, and `--no-x` off: resume hints repeat options that are not as by default.
    return isOn === option.negate ? undefined : isOn
  }
  try {
    // A parser of an option that may be repeated adds the value to those before it: none.
    return option.parseArg ? option.parseArg<unknown>(value, undefined) : value
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new UsageError(`${variable} is invalid for ${flagOf(option.attributeName())}. ${error.message}`, {
      cause: error,
    })
  }
}

/** Reads a switch: the value of its attribute. */
function readSwitch(variable: string, value: string): boolean {
  const word = value.toLowerCase()
  if (YES.includes(word)) return true
  if (NO.includes(word)) return false
  throw new UsageError(`${variable} is a switch. Set it to 1, true or yes, or to 0, false or no.`)
}
