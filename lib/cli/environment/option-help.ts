/** The description of an option in the help, with the variable that can set it. */
import { Help, type Option } from 'commander'
import { SETTINGS, variableOf } from './settings.js'

const plain = new Help()

/** The description of an option as commander prints it, with its choices, its default and its variable. */
export function describeOption(option: Option): string {
  const attribute = option.attributeName()
  if (!SETTINGS.has(attribute)) return plain.optionDescription(option)
  // Commander would read the variable from the environment of the process if the option itself had it.
  const shown = Object.create(option, { envVar: { value: variableOf(attribute) } }) as Option
  return plain.optionDescription(shown)
}
