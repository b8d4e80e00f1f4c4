import { join } from 'node:path'
import type { Command } from 'commander'
import fc from 'fast-check'
import { makeProgram } from '../../lib/cli/program.js'
import { stage } from './command.js'
import { runHostile } from './hostile-checks.js'
import { ESCAPES } from './hostile-replies.js'

/** Values that an option or an operand may meet. */
const VALUES = [
  '',
  ' ',
  '-',
  '--',
  '---',
  '-1',
  '0',
  '1',
  '5MiB',
  '1e999',
  'NaN',
  'Infinity',
  '9'.repeat(400),
  '0x10',
  '1h',
  '-1h',
  '999999999d',
  '2026-02-30',
  '+275760-09-13',
  '0-9',
  '9-0',
  '0+0',
  'docs',
  '..',
  '../../etc/passwd',
  'id:',
  'name:',
  'latest@x',
  '*',
  '[',
  '**@@',
  ESCAPES,
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x'.repeat(100_000),
  '__proto__',
  'constructor',
  '%s%n',
  'http://user:pw@host/',
  'file:///etc/passwd',
  'arn:aws:sns:us-east-1:111122223333:t',
] as const

/** Commands that wait, run other programs, or write where they are told. Their options are tested without running them. */
const NOT_RUN: ReadonlySet<string> = new Set(['serve'])

interface Vocabulary {
  readonly path: readonly string[]
  readonly flags: readonly string[]
}

function vocabularyOf(command: Command, path: readonly string[] = []): Vocabulary[] {
  const flags = command.options.flatMap(({ long, short }) => [long, short].flatMap((flag) => flag ?? []))
  const below = command.commands.filter((one) => !NOT_RUN.has(one.name()))
  return [
    { path, flags: [...flags, '--help', '-V'] },
    ...below.flatMap((one) => vocabularyOf(one, [...path, one.name()])),
  ]
}

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<string>(...VALUES) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
)

/** Command lines of the commands and options of the program, of values and other words, in any order. */
function commandLines(): fc.Arbitrary<string[]> {
  const program = makeProgram(stage().io, [], () => undefined)
  return fc.constantFrom(...vocabularyOf(program)).chain(({ path, flags }) => {
    const flag = fc.constantFrom(...flags.filter((name) => name !== '--debug')) // which prints stack traces
    const word = fc.oneof(
      { weight: 3, arbitrary: value },
      { weight: 2, arbitrary: flag },
      { weight: 2, arbitrary: fc.tuple(flag, value).map(([name, text]) => `${name}=${text}`) },
    )
    return fc.array(word, { maxLength: 8 }).map((words) => [...path, ...words])
  })
}

const variables = fc.dictionary(
  fc.constantFrom(
    'GLACIER_PIPE_MEMORY',
    'GLACIER_PIPE_TIER',
    'GLACIER_PIPE_JSON',
    'GLACIER_PIPE_REGION',
    'GLACIER_PIPE_X',
    'GLACIER_PIPE_ENDPOINT',
    'GLACIER_PIPE_PROGRESS',
    'GLACIER_PIPE_PORT',
  ),
  value.filter((text) => !text.includes('\0')),
  { maxKeys: 2, noNullPrototype: true },
)

/**
 * The properties that do not hold with so many command lines, which are drawn from a seed. Each command is stopped at
 * once, so that none makes a request, runs a command or waits; the files that it may write are below the folder.
 */
export async function problemsWithCommandLines(
  dir: string,
  numRuns: number,
  seed: number,
): Promise<string[]> {
  const found: string[] = []
  const samples = fc.sample(fc.tuple(commandLines(), variables), { numRuns, seed })
  const before = process.cwd()
  process.chdir(dir) // for relative paths
  try {
    for (const [words, env] of samples) found.push(...(await problemsWith(dir, words, env)))
  } finally {
    process.chdir(before)
  }
  return found
}

async function problemsWith(
  dir: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string[]> {
  const places = { XDG_DATA_HOME: join(dir, 'data'), HOME: dir, AWS_EC2_METADATA_DISABLED: 'true' }
  const { problems } = await runHostile(words, {
    env: { ...env, ...places },
    interrupt: 'SIGTERM',
    quotesWords: true,
  })
  const line = `${JSON.stringify(words).slice(0, 2000)} ${JSON.stringify(env).slice(0, 300)}`
  return problems.map((problem) => `${line}: ${problem}`)
}
