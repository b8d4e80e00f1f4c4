import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { runHere, stage } from '../../../helpers/command.js'

// The script in a real bash. The command that it calls is a small script, which prints given candidates.

const execute = promisify(execFile)
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0
const skip = !hasBash && 'bash is not installed'
const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0

/** Names that would do harm if a shell evaluated them, and names that are hard to quote. */
const NAMES = [
  'm$(touch pwned)',
  'm`touch pwned`',
  "m'; touch pwned; '",
  'm"; touch pwned; "',
  'm two words',
  'm!!\\back',
  'm*[a]?{b,c}~&|<>#',
  'm:with=breaks@2026',
  'mögen',
  'm ends with"',
  "m ends with'",
  'm ends with!',
]

/** A folder with the script, and a command that prints candidates and records its arguments. */
async function shellWorld(t: Test, kind: string, candidates: readonly string[]): Promise<string> {
  const dir = t.testdir({ bin: {}, work: {} })
  const script = stage()
  t.equal(await runHere(['completion', 'bash'], script), 0)
  await writeFile(join(dir, 'completion.bash'), script.out())
  await writeFile(
    join(dir, 'candidates'),
    [kind, ...candidates.map((name) => `${name}\tabout it`), ''].join('\n'),
  )
  const command = join(dir, 'bin/glacier-pipe')
  await writeFile(
    command,
    `#!/bin/bash\nif [[ $1 == __complete ]]; then cat '${dir}/candidates'; fi\nprintf '%s\\0' "$@" > '${dir}/arguments'\n`,
  )
  await chmod(command, 0o755)
  return dir
}

/** The words that bash would insert for a line with the cursor at its end. */
async function completionsIn(dir: string, line: string): Promise<string[]> {
  const program = `source '${dir}/completion.bash'; COMP_LINE=$1; COMP_POINT=\${#1}; _glacier_pipe; ((\${#COMPREPLY[@]})) && printf '%s\\0' "\${COMPREPLY[@]}"; true`
  const { stdout } = await execute('bash', ['--norc', '-c', program, 'bash', line], {
    cwd: join(dir, 'work'),
    env: { ...process.env, PATH: `${dir}/bin:${String(process.env.PATH)}`, LC_ALL: 'C.UTF-8' },
  })
  return stdout.split('\0').slice(0, -1)
}

/** The words of a line as bash splits and evaluates it. */
async function wordsOf(dir: string, line: string): Promise<string[]> {
  const { stdout } = await execute('bash', ['-c', `printf '%s\\0' ${line}`], { cwd: join(dir, 'work') })
  return stdout.split('\0').slice(0, -1)
}

t.test('bash completes commands and options without a process', { skip }, async (t) => {
  const dir = await shellWorld(t, 'words', [])
  t.strictSame(await completionsIn(dir, 'glacier-pipe va'), ['vault'])
  t.ok((await completionsIn(dir, 'glacier-pipe ')).includes('put'))
  t.strictSame(await completionsIn(dir, 'glacier-pipe put docs --part'), ['--part-size'])
  t.strictSame(await completionsIn(dir, 'glacier-pipe vault create --local-'), ['--local-dir'])
  t.notOk(existsSync(join(dir, 'arguments')), 'the command was not called')
})

t.test('a name is quoted for the place where it is inserted', { skip }, async (t) => {
  const dir = await shellWorld(t, 'words', NAMES)
  for (const quote of ['', "'", '"']) {
    const inserted = await completionsIn(dir, `glacier-pipe rm docs ${quote}m`)
    const words = await wordsOf(
      dir,
      inserted.map((text) => quote + text + (text.endsWith(quote) ? '' : quote)).join(' '),
    )
    t.strictSame(words, NAMES, `inside of ${quote === '' ? 'no quotes' : quote}`)
  }
  t.strictSame(await readdir(join(dir, 'work')), [], 'nothing was run')
  const [, ...words] = (await readFile(join(dir, 'arguments'), 'utf8')).split('\0').slice(0, -1)
  t.strictSame(words, ['--', 'rm', 'docs', 'm'])
})

t.test('only what follows the last word break is inserted', { skip }, async (t) => {
  const dir = await shellWorld(t, 'words', ['name:a b=c', '--progress=auto', 'one two'])
  t.strictSame(await completionsIn(dir, 'glacier-pipe get docs name:'), ['a\\ b=c'])
  t.strictSame(await completionsIn(dir, 'glacier-pipe get docs name:a\\ b='), ['c'])
  t.strictSame(await completionsIn(dir, 'glacier-pipe get docs --progress=a'), ['auto'])
  t.strictSame(await completionsIn(dir, 'glacier-pipe get docs one\\ t'), ['one\\ two'])
  t.strictSame(
    await completionsIn(dir, 'glacier-pipe get docs "one "t'),
    ['one\\ two'],
    'after closed quotes',
  )
})

t.test('quotes, escapes and a tilde in words before the cursor are removed', { skip }, async (t) => {
  const dir = await shellWorld(t, 'words', [])
  await completionsIn(dir, `glacier-pipe get --local-dir ~/a 'b c'"d\\$e\\f"\\ g '~/h' -- x`)
  const sent = (await readFile(join(dir, 'arguments'), 'utf8')).split('\0').slice(2, -1)
  t.strictSame(sent, ['get', '--local-dir', `${String(process.env.HOME)}/a`, 'b cd$e\\f g', '~/h', '--', 'x'])
})

t.test('files are left to bash', { skip }, async (t) => {
  for (const kind of ['files', 'directories'])
    t.strictSame(await completionsIn(await shellWorld(t, kind, []), 'glacier-pipe put docs x'), [])
})

t.test(
  'a hostile name that is completed and entered in an interactive bash runs nothing',
  { skip: skip || (!hasPython && 'python3 has no pty module here') },
  async (t) => {
    const name = `m$(touch pwned) 'it"s'!`
    const dir = await shellWorld(t, 'words', [name])
    await mkdir(join(dir, 'home'))
    for (const quote of ['', "'", '"']) {
      await execute('python3', ['-c', PRESS_TAB, dir, `glacier-pipe rm docs ${quote}m`], {
        env: { ...process.env, HOME: join(dir, 'home'), LC_ALL: 'C.UTF-8' },
      })
      const entered = (await readFile(join(dir, 'arguments'), 'utf8')).split('\0').slice(0, -1)
      t.strictSame(entered, ['rm', 'docs', name], `inside of ${quote === '' ? 'no quotes' : quote}`)
    }
    t.strictSame(await readdir(join(dir, 'work')), [], 'nothing was run')
  },
)

/** Types a line in an interactive bash on a pseudo-terminal, presses Tab, and enters the line. */
const PRESS_TAB = `
import fcntl, os, pty, struct, sys, termios
folder, line = sys.argv[1:]
pid, terminal = pty.fork()
if pid == 0:
    os.chdir(folder + '/work')
    os.environ.update(PATH=folder + '/bin:' + os.environ['PATH'], PS1='READY> ', INPUTRC='/dev/null', TERM='dumb')
    os.execvp('bash', ['bash', '--norc', '--noprofile', '-i'])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 400, 0, 0))
seen = b''
def until(text):
    global seen
    while text not in seen:
        seen += os.read(terminal, 65536)
    seen = seen[seen.index(text) + len(text):]
until(b'READY> ')
os.write(terminal, ("source '%s/completion.bash'\\n" % folder).encode())
until(b'READY> ')
os.write(terminal, (line + '\\t').encode())
until(b'wned')
os.write(terminal, b'\\nexit\\n')
try:
    while os.read(terminal, 65536): pass
except OSError:
    pass
os.waitpid(pid, 0)
`
