import { Command, Option } from 'commander'
import { readdir } from 'node:fs/promises'
import t from 'tap'
import { applyEnvironment } from '../../../lib/cli/environment/apply-environment.js'
import { MIB } from '../../../lib/sizes.js'
import { DATA, runHere, stage } from '../../helpers/command.js'
import { patternBytes } from '../../helpers/pattern-source.js'

/** Runs a command in an environment. */
async function runIn(
  env: Record<string, string>,
  args: readonly string[],
  input: Uint8Array = Buffer.alloc(0),
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const it = stage(input, [], { XDG_DATA_HOME: DATA, ...env })
  const code = await runHere(args, it)
  return { code, out: it.out(), err: it.err() }
}

t.test('options come from the environment, and the command line wins', async (t) => {
  const dir = t.testdir()
  const env = { GLACIER_PIPE_LOCAL_DIR: dir, GLACIER_PIPE_PART_SIZE: '2MiB', GLACIER_PIPE_JSON: 'yes' }
  const bytes = patternBytes(3 * MIB)
  const stored = await runIn(env, ['put', 'docs'], bytes)
  t.match(stored, { code: 0 })
  t.match(JSON.parse(stored.out), { partSize: 2 * MIB, parts: 2 })
  const given = await runIn({ ...env, GLACIER_PIPE_JSON: '0' }, ['put', 'docs', '--part-size', '1MiB'], bytes)
  t.match(given, { code: 0, out: /^[\w-]{138}\n$/, err: /in 3 parts/ })
  t.ok((await readdir(dir)).includes('catalog.jsonl'))
})

t.test('an empty variable counts as not set, and a variable of another command is not read', async (t) => {
  const empty = { GLACIER_PIPE_LOCAL_DIR: t.testdir(), GLACIER_PIPE_QUIET: '', GLACIER_PIPE_PART_SIZE: '' }
  t.match(await runIn(empty, ['put', 'docs'], Buffer.from('x')), { code: 0, err: /stored 1 B/ })
  t.match(await runIn({ GLACIER_PIPE_PART_SIZE: 'wrong', GLACIER_PIPE_LOCAL: '' }, ['hash']), {
    code: 0,
    err: '',
  })
})

t.test('a value that is not valid is a usage error that names the variable', async (t) => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ GLACIER_PIPE_MEMORY: 'big' }, /GLACIER_PIPE_MEMORY is invalid for --memory\. Write a size as 16MiB/],
    [{ GLACIER_PIPE_PROGRESS: 'some' }, /GLACIER_PIPE_PROGRESS is invalid for --progress\. Allowed choices/],
    [{ GLACIER_PIPE_QUIET: 'maybe' }, /GLACIER_PIPE_QUIET is a switch\. Set it to 1, true or yes, or to 0/],
    [
      { GLACIER_PIPE_LOCAL: '1', GLACIER_PIPE_ENDPOINT: 'http://127.0.0.1:1' },
      /GLACIER_PIPE_LOCAL and GLACIER_PIPE_ENDPOINT exclude each other/,
    ],
  ]
  for (const [env, err] of cases) t.match(await runIn(env, ['put', 'docs']), { code: 2, out: '', err })
})

t.test('a setting on the command line replaces its alternatives of the environment', async (t) => {
  const dir = t.testdir()
  const env = { GLACIER_PIPE_ENDPOINT: 'http://127.0.0.1:1', GLACIER_PIPE_JSON: '1' }
  t.match(await runIn(env, ['put', 'docs', '--local-dir', dir], Buffer.from('x')), { code: 0 })
  t.match(await runIn(env, ['inventory', 'docs', '--local-dir', dir, '--csv']), {
    code: 0,
    out: /^archiveId/,
  })
})

t.test('what confirms, selects or destroys is not read, and is noted', async (t) => {
  const env = { GLACIER_PIPE_LOCAL_DIR: t.testdir() }
  t.match(await runIn(env, ['put', 'docs'], Buffer.from('x')), { code: 0 })
  const answered = {
    ...env,
    GLACIER_PIPE_YES: '1',
    GLACIER_PIPE_LOCALDIR: '/',
    GLACIER_PIPE_CONTROL_SECRET: 'x',
  }
  const ended = await runIn(answered, ['empty', 'docs'])
  t.match(ended, {
    code: 2,
    err: /GLACIER_PIPE_YES is ignored, because --yes is given on the command line only/,
  })
  t.match(ended.err, /GLACIER_PIPE_LOCALDIR is ignored, because no option has this name/)
  t.notMatch(ended.err, /CONTROL_SECRET/)
  t.match(await runIn(answered, ['ls', '-q']), { code: 0, err: '' })
})

t.test('a switch is turned on by --x, and off by --no-x', (t) => {
  const settingsIn = (env: Record<string, string>): object => {
    const command = new Command().addOption(new Option('--no-control')).option('--debug')
    command.parse([], { from: 'user' })
    applyEnvironment(command, env)
    return command.opts()
  }
  t.strictSame(settingsIn({ GLACIER_PIPE_CONTROL: 'No' }), { control: false })
  t.strictSame(settingsIn({ GLACIER_PIPE_CONTROL: 'true' }), { control: true })
  t.strictSame(settingsIn({ GLACIER_PIPE_DEBUG: 'TRUE' }), { control: true, debug: true })
  t.strictSame(settingsIn({ GLACIER_PIPE_DEBUG: '0' }), { control: true }, 'as if it were not set')
  t.end()
})

t.test('an error of a parser that is no usage error is not hidden', (t) => {
  const command = new Command().option('--memory <size>', '', () => {
    throw new TypeError('a defect')
  })
  command.parse([], { from: 'user' })
  t.throws(() => {
    applyEnvironment(command, { GLACIER_PIPE_MEMORY: '1' })
  }, new TypeError('a defect'))
  t.end()
})

t.test('the help shows the variable of each setting, and of no other option', async (t) => {
  const { out } = await runIn({}, ['put', '--help'])
  t.match(out.replace(/\s+/g, ' '), /\(env: GLACIER_PIPE_PART_SIZE\)/)
  t.match(out.replace(/\s+/g, ' '), /default: "auto", env: GLACIER_PIPE_PROGRESS\)/)
  t.notMatch(out, /GLACIER_PIPE_UPLOAD_ID|GLACIER_PIPE_ON_FAILURE/)
})

t.test('GLACIER_PIPE_DEBUG prints stack traces', async (t) => {
  const env = { GLACIER_PIPE_DEBUG: '1', GLACIER_PIPE_LOCAL_DIR: t.testdir() }
  t.match(await runIn(env, ['put', 'docs', '/nonexistent/file']), { code: 1, err: /\n\s+at / })
})
