import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { encodeDescription } from '../../lib/glacier/description.js'
import { runHostile, treeOf } from '../helpers/hostile-checks.js'
import { ESCAPES } from '../helpers/hostile-replies.js'
import { vaultWorldFor } from '../helpers/vault-world.js'

/** Names that anyone may give an archive who can store one. */
const NAMES = [
  '..',
  '../escaped',
  '../../../../../../../../../../tmp/escaped',
  '/tmp/escaped',
  'a/../../escaped',
  'C:\\escaped',
  '\\\\server\\share\\escaped',
  'a\u0000b',
  '-rf',
  '.bashrc',
  'CON',
  'nul.txt',
  'x.partial',
  'x.partial.ranges',
  'out.partial.lock',
  'link',
  'link/inside',
  '__proto__',
  '%2e%2e%2f',
  'x'.repeat(150),
  'a\u202egpj.exe',
  ESCAPES,
  ' ',
  '~',
]

t.test(
  'archives of any names are listed without controls, and retrieved into their folder only',
  async (t) => {
    const world = await vaultWorldFor(t)
    for (const [i, name] of NAMES.entries())
      await world.put(`content ${i}`, '--description', encodeDescription(name))
    const dir = t.testdir({ outside: { 'precious.txt': 'precious' } })
    const folder = join(dir, 'folder')
    mkdirSync(folder)
    symlinkSync('../outside', join(folder, 'link'))
    symlinkSync('../outside/precious.txt', join(folder, 'x%2Epartial'))
    const where = ['--endpoint', world.vault.endpoint, '--region', world.vault.region]
    const catalog = join(dir, 'rebuilt.jsonl')
    const problemsOf = async (...args: string[]): Promise<readonly string[]> => {
      const tree = { dir, mayChange: ['folder', 'rebuilt.jsonl', 'rebuilt.jsonl.locks'] }
      return (await runHostile(args, { tree })).problems
    }
    t.strictSame(await problemsOf('catalog', 'rebuild', 'docs', ...where, '--catalog', catalog), [])
    for (const list of [['ls'], ['ls', '--full'], ['ls', '--json']])
      t.strictSame(await problemsOf(...list, '--catalog', catalog), [], list.join(' '))
    t.strictSame(await problemsOf('inventory', 'docs', ...where), [])
    t.strictSame(await problemsOf('inventory', 'docs', ...where, '--csv'), [])
    const match = ['get', 'docs', '--match', '*', '-o', folder, ...where, '--catalog', catalog]
    t.strictSame(await problemsOf(...match), [], 'links in the place of outputs are refused')
    const links = ['link', 'x%2Epartial'].map((name) => join(folder, name))
    for (const link of links) rmSync(link)
    t.strictSame(await problemsOf(...match), [])
    for (const name of readdirSync(folder)) t.notMatch(name, /[\p{Cc}\p{Cf}/\\:]|^[-.]/u)
    const tree = await treeOf(dir)
    t.ok(tree.get('outside/precious.txt')?.endsWith(createHash('sha256').update('precious').digest('hex')))
    const stored = [...tree.keys()].filter((path) => path.startsWith('folder/'))
    t.ok(stored.length >= NAMES.length - 2, `${stored.length} entries`)
  },
)

t.test('names of files on the command line that control a terminal are escaped in messages', async (t) => {
  const dir = t.testdir({})
  writeFileSync(join(dir, `a${ESCAPES}`), 'x')
  for (const args of [
    ['hash', join(dir, `missing${ESCAPES}`)],
    ['ls', '--catalog', join(dir, `a${ESCAPES}`)],
    ['put', 'docs', join(dir, `missing${ESCAPES}`), '--local-dir', join(dir, 'vault')],
    ['verify', join(dir, `missing${ESCAPES}`), 'docs', 'x', '--catalog', join(dir, 'c')],
    ['get', 'docs', ESCAPES, '--catalog', join(dir, 'c'), '--region', 'x'],
  ])
    t.strictSame((await runHostile(args)).problems, [], String(args[0]))
})
