import { Command } from 'commander'
import t from 'tap'
import { addPutCommand, type PutSource } from '../../../lib/cli/commands/archives/put.js'
import { splitWords } from '../../../lib/cli/options/command-words.js'

const { options } = new Command()
  .option('-q, --quiet', '')
  .option('--name <text>', '')
  .option('-o, --output <file>', '')

t.test('a -- after an operand begins a command, of which every word is taken as it is', (t) => {
  for (const [line, own, command] of [
    ['v', 'v', undefined],
    ['v file', 'v file', undefined],
    ['v -- cmd', 'v', 'cmd'],
    ['v --', 'v', ''],
    ['v -- cmd --json -q --help - -- x', 'v', 'cmd --json -q --help - -- x'],
    ['v file -- cmd', 'v file', 'cmd'],
    ['v - -- cmd', 'v -', 'cmd'],
    ['-q v -- cmd', '-q v', 'cmd'],
    ['--unknown v -- cmd', '--unknown v', 'cmd'],
    ['v --name n -q -- cmd', 'v --name n -q', 'cmd'],
    // A -- before every operand makes operands of all words up to the next one.
    ['-- v', '-- v', undefined],
    ['-- v file', '-- v file', undefined],
    ['-- -v -- cmd', '-- -v', 'cmd'],
    ['-- --name -- cmd', '-- --name', 'cmd'],
    // The value of an option is no operand, and may be --.
    ['--name v -- x', '--name v -- x', undefined],
    ['--name -- v', '--name -- v', undefined],
    ['--name -- v -- cmd', '--name -- v', 'cmd'],
    ['v --name -- -- cmd', 'v --name --', 'cmd'],
    ['v --name=n -- cmd', 'v --name=n', 'cmd'],
    ['v -o -- -- cmd', 'v -o --', 'cmd'],
    ['v -qo -- -- cmd', 'v -qo --', 'cmd'],
    ['v -qq -- cmd', 'v -qq', 'cmd'],
    ['v -of -- cmd', 'v -of', 'cmd'],
    ['-x v -- cmd', '-x v', 'cmd'],
    ['--name', '--name', undefined],
  ] as const)
    t.strictSame(
      splitWords(line.split(' '), options),
      { own: own.split(' '), command: command?.split(' ').filter((word) => word !== '') },
      line,
    )
  t.end()
})

t.test('a program with positional options gives the words to put', async (t) => {
  const runs: [string, PutSource, object][] = []
  const program = new Command().enablePositionalOptions().exitOverride()
  addPutCommand(program, (vault, source, { quiet }) => {
    runs.push([vault, source, { quiet }])
    return Promise.resolve()
  })
  const run = (...words: string[]): Promise<unknown> => program.parseAsync(words, { from: 'user' })
  await run('put', 'v', '-q', '--', 'cmd', '--quiet', '--help', '--version')
  t.strictSame(runs.pop(), [
    'v',
    { file: undefined, command: ['cmd', '--quiet', '--help', '--version'] },
    { quiet: true },
  ])
  await run('put', 'v', 'file')
  t.match(
    runs.pop(),
    ['v', { file: 'file', command: undefined }],
    'the words of an earlier call are forgotten',
  )
})
