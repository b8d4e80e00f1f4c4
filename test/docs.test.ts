import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'

// The examples of the documents that are whole programs: a block that begins with the name of its file.

const execute = promisify(execFile)

t.test('each program in the page of the local vault runs as it is printed', async (t) => {
  const page = await readFile(new URL('../docs/local-vault.md', import.meta.url), 'utf8')
  const blocks = [...page.matchAll(/^```js\n(\/\/ (\S+\.mjs)\n[^]*?)^```$/gm)]
  const programs = Object.fromEntries(blocks.map(([, text = '', name = '']) => [name, text]))
  t.strictSame(Object.keys(programs).sort(), ['backup.tap.mjs', 'backup.test.mjs', 'costs.test.mjs'])
  const dir = t.testdir(programs)
  // A program that finds itself under a test runner reports to it instead of failing by its exit code.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:NODE_|TAP)/.test(name)))
  await Promise.all(
    Object.keys(programs).map(async (name) => {
      const { stdout } = await execute(process.execPath, [join(dir, name)], { env })
      t.match(stdout, /^1\.\.1$/m, name)
      t.notMatch(stdout, /^not ok/m, name)
    }),
  )
})

t.test('each link in the page of the local vault leads to a heading', async (t) => {
  const page = await readFile(new URL('../docs/local-vault.md', import.meta.url), 'utf8')
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
  t.ok(links.length > 40)
  t.strictSame(
    links.filter((anchor) => !anchors.includes(anchor)),
    [],
  )
  for (const other of [
    'README.md',
    'docs/cli.md',
    'docs/conformance.md',
    'docs/errors.md',
    'docs/network.md',
  ]) {
    const text = await readFile(new URL(`../${other}`, import.meta.url), 'utf8')
    const outside = [...text.matchAll(/local-vault\.md#([^)]+)\)/g)].map(([, anchor = '']) => anchor)
    t.strictSame(
      outside.filter((anchor) => !anchors.includes(anchor)),
      [],
      other,
    )
  }
})
