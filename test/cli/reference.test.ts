import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as prettier from 'prettier'
import t, { type Test } from 'tap'
import { makeProgram } from '../../lib/cli/program.js'
import { manPageOf } from '../../tools/reference/man.js'
import { markdownOf } from '../../tools/reference/markdown.js'
import { referenceOf } from '../../tools/reference/reference.js'
import { text } from '../../tools/reference/roff.js'
import { stage } from '../helpers/command.js'

// docs/cli.md and the man page are generated from the program.

const root = new URL('../../', import.meta.url)
const program = makeProgram(stage().io, [], () => undefined)
const sections = await readFile(new URL('tools/reference/sections.md', root), 'utf8')

/** Compares a file with the text that is generated now; `npm run docs:cli` writes it. */
async function assertCurrent(t: Test, path: string, generated: string): Promise<void> {
  const file = fileURLToPath(new URL(path, root))
  if (process.env.DOCS_ACCEPT) await writeFile(file, generated)
  t.equal(await readFile(file, 'utf8'), generated, 'run "npm run docs:cli", and commit the file')
}

t.test('docs/cli.md is the reference of the program', async (t) => {
  const file = fileURLToPath(new URL('docs/cli.md', root))
  const options = { ...(await prettier.resolveConfig(file)), filepath: file }
  await assertCurrent(
    t,
    'docs/cli.md',
    await prettier.format(markdownOf(referenceOf(program), sections), options),
  )
})

t.test('the man page is the reference of the program', async (t) => {
  await assertCurrent(t, 'man/glacier-pipe.1', manPageOf(referenceOf(program), sections))
})

t.test('the usage of each command is one line, which fits into a message and a heading', (t) => {
  for (const { name, usage } of referenceOf(program).commands) t.notMatch(usage, /\n/, name)
  t.end()
})

t.test('characters outside ASCII are escaped in the man page', (t) => {
  t.equal(text('.é…'), '\\&.\\[u00E9]...')
  t.end()
})
