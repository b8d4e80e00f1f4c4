import t from 'tap'
import {
  ALTERNATIVES,
  COMMAND_LINE_ONLY,
  OTHER_VARIABLES,
  SETTINGS,
  variableOf,
} from '../../../lib/cli/environment/settings.js'
import { makeProgram } from '../../../lib/cli/program.js'
import { leavesOf } from '../../../lib/cli/walk-commands.js'
import { stage } from '../../helpers/command.js'

const program = makeProgram(stage().io, [], () => undefined)
const declared = [program, ...leavesOf(program)].flatMap(({ options }) =>
  options.map((option) => option.attributeName()),
)

t.test('every option is either a setting or given on the command line only', (t) => {
  t.ok(declared.length > 100, 'the options were found')
  const unclassified = new Set(
    declared.filter((name) => SETTINGS.has(name) === Object.hasOwn(COMMAND_LINE_ONLY, name)),
  )
  t.strictSame([...unclassified], [], 'lib/cli/environment/settings.ts has each option in one of its lists')
  t.end()
})

t.test('settings that exclude each other are settings', (t) => {
  for (const name of ALTERNATIVES.flat()) t.ok(SETTINGS.has(name), name)
  t.end()
})

t.test('no secret is the variable of an option', (t) => {
  const variables = declared.map(variableOf)
  t.ok(variables.includes('GLACIER_PIPE_PART_SIZE'))
  t.strictSame(
    OTHER_VARIABLES.filter((name) => variables.includes(name)),
    [],
  )
  t.end()
})
