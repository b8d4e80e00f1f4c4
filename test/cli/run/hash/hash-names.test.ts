import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkLine, hashLine, parseHashLines } from '../../../../lib/cli/run/hash/hash-lines.js'
import { runHere, stage } from '../../../helpers/command.js'
import { NO_SHELL, shell } from '../../../helpers/shell.js'

const HASH = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'
const NAMES = [
  'plain',
  'a b',
  ' c',
  'new\nline',
  'carriage\rreturn',
  'end\r',
  'back\\slash',
  '\\n',
  '*star',
  'ä',
  '\u001b[31m',
]

t.test('what is printed of a name is read as that name', (t) => {
  for (const name of NAMES) {
    const line = hashLine({ name: Buffer.from(name), hash: HASH })
    t.notMatch(line.toString(), /[\n\r]/)
    t.strictSame(parseHashLines(line), [{ number: 1, line: { name: Buffer.from(name), hash: HASH } }])
  }
  t.equal(checkLine(Buffer.from('a\r\\b'), 'OK').toString(), 'a\r\\b: OK')
  t.equal(checkLine(Buffer.from('a\n\\b'), 'OK').toString(), '\\a\\n\\\\b: OK')
  t.end()
})

t.test('a list without a line is an error, whatever the other lists say', async (t) => {
  const dir = t.testdir({ empty: '', comments: '# none\n\r\n', 'only mark': '\ufeff', file: 'hello world' })
  const good = join(dir, 'good')
  await writeFile(good, `\ufeff${HASH.toUpperCase()}  ${join(dir, 'file')}\r\n`)
  const check = async (...lists: string[]): Promise<{ code: number; out: string; err: string }> => {
    const it = stage()
    return { code: await runHere(['hash', '--check', ...lists], it), out: it.out(), err: it.err() }
  }
  t.match(await check(good), { code: 0, out: /file: OK\n$/, err: '' }, 'a byte order mark and upper case')
  for (const name of ['empty', 'comments', 'only mark']) {
    const err = `glacier-pipe: ${join(dir, name)}: the list has no lines of a hash and a file name\n`
    t.strictSame(await check(join(dir, name)), { code: 1, out: '', err }, name)
    t.match(await check(join(dir, name), good), { code: 1, out: /file: OK\n$/, err }, name)
  }
  t.match(await check(), { code: 1, err: /^glacier-pipe: -: the list has no lines/ }, 'stdin')
})

t.test('lines of other programs are read, and what is none is told', (t) => {
  const read = (text: string): (string | undefined)[] =>
    parseHashLines(Buffer.from(text, 'latin1')).map(({ line }) => line?.name.toString('latin1'))
  t.strictSame(read(`${HASH} *binary\r\n\n# comment\n  ${HASH.toUpperCase()}  indented`), [
    'binary',
    'indented',
  ])
  t.strictSame(read(`${HASH}  not\\nescaped\n${HASH}  \xff`), ['not\\nescaped', '\xff'])
  t.strictSame(read(`\\${HASH}  a\\x\n${HASH}\n${HASH} x\nnonsense\n${HASH.slice(1)}  x`), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  t.end()
})

t.test(
  'sha256sum reads what hash prints, and the other way round',
  { skip: NO_SHELL || (!existsSync('/usr/bin/sha256sum') && 'there is no sha256sum') },
  async (t) => {
    const dir = t.testdir()
    await mkdir(join(dir, 'files'))
    for (const [i, name] of NAMES.entries()) await writeFile(join(dir, 'files', name), `content ${i}`)
    const bytes = Buffer.concat([Buffer.from(`${dir}/files/`), Buffer.from([0xff, 0x0a, 0x5c])])
    await writeFile(bytes, 'a name that is not UTF-8')
    const { code, err } = await shell(
      dir,
      `cd files; sha256sum * >../theirs && gp hash [!$'\\xff']* >../ours && sha256sum -c --status ../ours && gp hash -c ../theirs >../checked && gp hash -c ../ours --quiet`,
      { LC_ALL: 'C' },
    )
    t.strictSame({ code, err }, { code: 0, err: '' })
    const theirs = await readFile(join(dir, 'theirs'), 'latin1')
    const ours = await readFile(join(dir, 'ours'), 'latin1')
    t.equal(
      ours,
      theirs
        .split('\n')
        .filter((line) => !line.includes('\xff'))
        .join('\n'),
    )
    const checked = await readFile(join(dir, 'checked'), 'latin1')
    t.equal(checked.match(/: OK$/gm)?.length, NAMES.length + 1)
    t.match(checked, /^\\\xff\\n\\\\: OK$/m)
  },
)

t.test('what cannot be read does not stop the others', async (t) => {
  const dir = t.testdir({ a: 'hello world', b: 'hello world', list: '', folder: {} })
  const at = (name: string): string => join(dir, name)
  const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    const it = stage()
    return { code: await runHere(['hash', ...args], it), out: it.out(), err: it.err() }
  }
  t.strictSame(await run(at('none'), at('a'), at('folder'), '\ufffd', at('b')), {
    code: 1,
    out: `${HASH}  ${at('a')}\n${HASH}  ${at('b')}\n`,
    err:
      `glacier-pipe: ${at('none')}: no such file or directory (ENOENT)\n` +
      `glacier-pipe: ${at('folder')}: illegal operation on a directory (EISDIR)\n` +
      'glacier-pipe: \ufffd: no such file or directory (ENOENT). Names that are not UTF-8 can only be read from a list, with --check\n',
  })
  await writeFile(at('list'), `${HASH}  ${at('none')}\nnonsense\n${HASH}  ${at('a')}\n`)
  t.strictSame(await run('--check', at('nothing'), at('list')), {
    code: 1,
    out: `${at('none')}: FAILED open or read\n${at('a')}: OK\n`,
    err:
      `glacier-pipe: ${at('nothing')}: no such file or directory (ENOENT)\n` +
      `glacier-pipe: ${at('none')}: no such file or directory (ENOENT)\n` +
      `glacier-pipe: ${at('list')}: line 2 is not a hash and a file name\n`,
  })
  await writeFile(at('a'), 'other')
  await writeFile(at('b'), 'other')
  await writeFile(at('list'), `${HASH}  ${at('a')}\n${HASH}  ${at('b')}\n`)
  t.match(await run('--check', '--quiet', at('list')), {
    code: 4,
    out: `${at('a')}: FAILED\n${at('b')}: FAILED\n`,
    err: /The hash of 2 files does not match/,
  })
})

t.test('on a terminal, no name steers it', async (t) => {
  const dir = t.testdir()
  const name = join(dir, '\u001b[31m')
  await writeFile(name, 'hello world')
  const terminal = stage(undefined, ['stdout'])
  t.equal(await runHere(['hash', name], terminal), 0)
  t.equal(terminal.out(), `${HASH}  ${dir}/\\u001b[31m\n`)
  const pipe = stage()
  t.equal(await runHere(['hash', name], pipe), 0)
  t.equal(pipe.out(), `${HASH}  ${name}\n`, 'but a program gets the bytes')
})
