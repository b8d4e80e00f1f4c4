import { readFile } from 'node:fs/promises'
import t from 'tap'
import { runHere, stage } from '../helpers/command.js'

/** Runs a command without a service. */
async function runWords(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const it = stage()
  const code = await runHere(args, it)
  return { code, out: it.out(), err: it.err() }
}

t.test('help prints the whole help of a command, and --help all but its paragraphs', async (t) => {
  for (const words of [['put'], ['vault', 'create'], ['vault'], []]) {
    const { code, out } = await runWords('help', ...words)
    t.equal(code, 0)
    const short = (await runWords(...words, '--help')).out
    const [options = '', more] = short.split(/\n\n(?:Examples:|More: )/)
    t.equal(out === short, more === undefined, 'a command without paragraphs has the same help')
    t.ok(out.startsWith(options))
    t.match(out, `Usage: ${['glacier-pipe', ...words].join(' ')} `)
  }
  t.match(await runWords('help', 'nonsense'), {
    code: 2,
    out: '',
    err: /no command nonsense.* put, get, hash/,
  })
  t.match(await runWords('help', 'put', 'x'), { code: 2, err: /glacier-pipe put has no commands below it/ })
})

t.test('version prints the version of the package', async (t) => {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(manifest) as { readonly version: string }
  t.match(await runWords('version'), { code: 0, out: `${version}\n`, err: '' })
})

t.test('the words of other tools state the command, and run nothing', async (t) => {
  const cases: [string[], RegExp][] = [
    [['restore', 'backups', 'latest'], /no command restore\. Use: glacier-pipe get \[options\] <vault \|/],
    [
      ['upload', '--help'],
      /Use: glacier-pipe put \[options\] <vault \| s3:\/\/bucket\/key> \[file \| -- <command> \[argument\.\.\.\]\] \(help/,
    ],
    [['list'], /Use: glacier-pipe ls /],
    [['delete', 'backups', 'x', '--yes'], /Use: glacier-pipe rm \[options\] <vault> \[archive\.\.\.\]/],
    [['vaults'], /Use: glacier-pipe vault ls /],
    [['catalog', 'restore', 'x.jsonl'], /Use: glacier-pipe catalog import \[options\] <file>/],
    [['catalog', 'backup'], /Use: glacier-pipe catalog export /],
    [['vault', 'list'], /Use: glacier-pipe vault ls /],
    [['vault', 'delete', 'backups'], /Use: glacier-pipe vault rm .*\(help: glacier-pipe vault rm --help\)/],
  ]
  for (const [args, err] of cases) {
    const ended = await runWords(...args)
    t.match(ended, { code: 2, out: '', err }, args.join(' '))
    t.equal(ended.err.split('\n').length, 2, 'one line')
  }
  t.notMatch((await runWords('--help')).out, /restore/, 'they are hidden')
})

t.test('an unknown command has near ones as a suggestion', async (t) => {
  t.match(await runWords('gett'), { code: 2, err: /unknown command 'gett'\n\(Did you mean get\?\)/ })
  t.notMatch(
    (await runWords('sync')).err,
    /rebuild/,
    'what sync does in other tools is not what rebuild does',
  )
  t.match(await runWords('vault', 'creat'), { code: 2, err: /Did you mean create/ })
})
