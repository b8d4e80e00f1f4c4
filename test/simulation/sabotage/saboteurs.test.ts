import { readFile } from 'node:fs/promises'
import t from 'tap'
import { sabotaged } from './saboteur.js'
import { transpiled } from './sabotaged-build.js'
import { SABOTEURS } from './saboteurs.js'

async function sourceOf(file: string): Promise<string> {
  return readFile(new URL(`../../../lib/${file}`, import.meta.url), 'utf8')
}

t.test('each saboteur finds its line once, and what it makes of it is a module', async (t) => {
  t.ok(SABOTEURS.length >= 20)
  for (const saboteur of SABOTEURS) {
    const { name, file } = saboteur
    const source = await sourceOf(file)
    const changed = sabotaged(saboteur, source)
    t.not(changed, source, name)
    t.not(await transpiled(changed, file), await transpiled(source, file), name)
  }
})

t.test('the names differ', (t) => {
  t.equal(new Set(SABOTEURS.map(({ name }) => name)).size, SABOTEURS.length)
  t.end()
})

t.test('a saboteur whose line is absent or ambiguous is refused', (t) => {
  const saboteur = { name: 'x', about: '', file: 'x.ts', find: 'abc', replace: '$&' }
  t.equal(sabotaged(saboteur, '1 abc 2'), '1 $& 2')
  t.throws(() => sabotaged(saboteur, '1 ab 2'), /not 0 times/)
  t.throws(() => sabotaged(saboteur, 'abcabc'), /not 2 times/)
  t.end()
})

t.test('a text that is no module is refused', async (t) => {
  await t.rejects(transpiled('const = 1', 'x.ts'), /lib\/x.ts is not TypeScript/)
})
