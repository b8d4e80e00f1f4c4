import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { INVARIANTS } from './invariants.js'

// The compiler checks that each invariant that is reported is listed.

const folder = fileURLToPath(new URL('..', import.meta.url))

t.test('each invariant that is listed is reported somewhere, and has a sentence', async (t) => {
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('invariants.ts'),
  )
  const code = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('\n')
  for (const [name, sentence] of Object.entries(INVARIANTS)) {
    t.ok(code.includes(`'${name}'`), name)
    t.match(sentence, /^[A-Z].*\.$/)
  }
})
