import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { documents, textOf } from '../helpers/documents.js'
import { blocksOf, type Block } from '../helpers/markdown.js'

// The syntax of the blocks that blocks.test.ts does not run.

const execute = promisify(execFile)
const SYSTEMD_ANALYZE = ['/usr/bin/systemd-analyze', '/bin/systemd-analyze'].find((path) => existsSync(path))
const LANGUAGES = ['sh', 'js', 'ts', 'text', 'json', 'ini', 'cron', 'python', 'dockerfile']

/** A block, and where it is. */
type FoundBlock = Block & { readonly place: string }

const blocks: FoundBlock[] = []
for (const name of await documents()) {
  for (const block of blocksOf(await textOf(name))) blocks.push({ ...block, place: `${name}:${block.line}` })
}
const inLanguage = (language: string): FoundBlock[] =>
  blocks.filter((block) => block.language === language && block.text !== '')

t.test('each block has a language that is run or checked', (t) => {
  t.ok(inLanguage('sh').length > 60, `${inLanguage('sh').length} blocks of the shell`)
  t.ok(inLanguage('ts').length > 10, `${inLanguage('ts').length} programs in TypeScript`)
  t.strictSame(
    blocks.filter(({ language }) => !LANGUAGES.includes(language)).map(({ place }) => place),
    [],
  )
  t.end()
})

t.test('shell blocks are valid in bash', async (t) => {
  const dir = t.testdir()
  for (const { place, text } of inLanguage('sh')) {
    const path = join(dir, place.replaceAll('/', '-'))
    await writeFile(path, text)
    await t.resolves(execute('bash', ['-n', path]), place)
  }
})

t.test('a program whose output is piped into put fails the pipe, or is run by put', (t) => {
  for (const { place, text } of inLanguage('sh')) {
    const pipes = text.split('\n').filter((line) => /\| *glacier-pipe put\b/.test(line))
    t.ok(pipes.length === 0 || text.includes('pipefail'), `${place} has a pipe without pipefail`)
  }
  t.end()
})

t.test('JSON blocks are JSON', (t) => {
  for (const { place, text } of inLanguage('json')) t.doesNotThrow(() => void JSON.parse(text), place)
  t.end()
})

t.test('Python blocks compile', async (t) => {
  for (const { place, text } of inLanguage('python')) {
    const code = 'import ast, sys; ast.parse(sys.argv[1])'
    await t.resolves(execute('python3', ['-c', code, text]), place)
  }
})

t.test('cron lines have five times and a command that bash can read', async (t) => {
  for (const { place, text } of inLanguage('cron')) {
    for (const line of text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
      if (/^\w+=\S+$/.test(line)) continue
      const [, command = ''] = /^(?:(?:[\d*,/-]+ +){5}|@\w+ +)(\S.*)$/.exec(line) ?? []
      t.not(command, '', `${place}: ${line}`)
      t.notMatch(command, /(?<!\\)%/, `${place}: cron takes % as the end of a line`)
      await t.resolves(execute('bash', ['-n', '-c', command]), `${place}: ${line}`)
    }
  }
})

t.test('lines of a Dockerfile are instructions', (t) => {
  const instruction = /^(?:FROM|RUN|COPY|ENV|USER|WORKDIR|VOLUME|ENTRYPOINT|CMD) \S/
  for (const { place, text } of inLanguage('dockerfile')) {
    const lines = text.replaceAll('\\\n', ' ').split('\n')
    const wrong = lines.filter((line) => !(line === '' || line.startsWith('#') || instruction.test(line)))
    t.strictSame(wrong, [], place)
  }
  t.end()
})

t.test(
  'units of systemd are valid',
  { skip: SYSTEMD_ANALYZE === undefined && 'systemd-analyze is not installed' },
  async (t) => {
    const dir = t.testdir()
    const units: string[] = []
    for (const { place, text } of inLanguage('ini')) {
      const [, name = ''] = /^# \S*\/([\w@.-]+)\n/.exec(text) ?? []
      t.not(name, '', `${place} begins with the path of the file`)
      if (!/\.(?:service|timer|socket)$/.test(name)) continue
      // The programs of a unit must exist.
      const command = join(dir, 'command')
      await writeFile(command, '#!/bin/sh\n')
      await chmod(command, 0o755)
      units.push(join(dir, name))
      await writeFile(join(dir, name), text.replace(/^(Exec\w+=)\S+/gm, `$1${command}`))
    }
    t.ok(units.length > 1)
    const { stdout, stderr } = await execute(SYSTEMD_ANALYZE ?? '', ['verify', '--man=no', ...units])
    t.notMatch(stdout + stderr, new RegExp(`^(?:${dir}|\\S*: .*lvalue|.*glacier)`, 'm'))
  },
)
