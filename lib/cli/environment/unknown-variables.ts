/** Notes on variables that have the prefix of the program and are not read: a typing error must not go unnoticed. */
import type { Io } from '../io.js'
import { flagOf } from '../options/option-names.js'
import { COMMAND_LINE_ONLY, isVariable, OTHER_VARIABLES, SETTINGS, variableOf } from './settings.js'

/**
 * The notes: one for each variable that is set and is neither a setting of a command nor another variable of the
 * program.
 */
export function unknownVariableNotes(env: Io['env']): string[] {
  const known = new Set([...[...SETTINGS].map(variableOf), ...OTHER_VARIABLES])
  const commandLineOnly = new Map(Object.keys(COMMAND_LINE_ONLY).map((name) => [variableOf(name), name]))
  return Object.entries(env)
    .filter(([name, value]) => isVariable(name) && value !== undefined && value !== '' && !known.has(name))
    .map(([name]) => {
      const attribute = commandLineOnly.get(name)
      return attribute === undefined
        ? `The variable ${name} is ignored, because no option has this name.`
        : `The variable ${name} is ignored, because ${flagOf(attribute)} is given on the command line only.`
    })
}
