import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { environmentWithoutCoverage } from '../helpers/command.js'
import { documents, ROOT, textOf } from '../helpers/documents.js'
import { anchorsOf, linksOf, type Link } from '../helpers/markdown.js'

const execute = promisify(execFile)
const EXTERNAL = /^[a-z]+:/i

/** A link, the document that has it, and the file that it leads to. */
type FoundLink = Link & { readonly document: string; readonly target: string }

const names = await documents()
const texts = new Map(await Promise.all(names.map(async (name) => [name, await textOf(name)] as const)))
const anchors = new Map([...texts].map(([name, text]) => [name, anchorsOf(text)]))
const links: FoundLink[] = [...texts].flatMap(([document, text]) =>
  linksOf(text).map((link) => ({
    ...link,
    document,
    target: link.path === '' ? document : posix.join(posix.dirname(document), link.path),
  })),
)

t.test('each link from a document leads to a file and a heading', async (t) => {
  const isDead = ({ target, anchor }: FoundLink): boolean =>
    anchor === undefined ? !existsSync(join(ROOT, target)) : !anchors.get(target)?.has(anchor)
  const inside = links.filter(({ path }) => !EXTERNAL.test(path))
  t.ok(inside.length > 150, `${inside.length} links`)
  t.strictSame(inside.filter(isDead).map(shown), [])
})

t.test('each link to another site is a URL of https', async (t) => {
  const isWrong = ({ path }: FoundLink): boolean =>
    !URL.canParse(path) || !['https:', 'mailto:'].includes(new URL(path).protocol)
  const outside = links.filter(({ path }) => EXTERNAL.test(path))
  t.ok(outside.length > 20, `${outside.length} links`)
  t.strictSame(outside.filter(isWrong).map(shown), [])
})

t.test('docs/README.md links each document in docs', async (t) => {
  const linked = new Set(
    links.filter(({ document }) => document === 'docs/README.md').map(({ target }) => target),
  )
  const pages = names.filter((name) => /^docs\/[^/]+\.md$/.test(name) && name !== 'docs/README.md')
  t.strictSame(
    pages.filter((name) => !linked.has(name)),
    [],
  )
})

t.test('the diagram in the README is the one that its script makes, and describes itself', async (t) => {
  const dir = t.testdir()
  await execute(process.execPath, [join(ROOT, 'docs/images/pipeline.mjs'), dir], {
    env: environmentWithoutCoverage(),
  })
  for (const name of ['pipeline-light.svg', 'pipeline-dark.svg']) {
    const diagram = await textOf(`docs/images/${name}`)
    t.equal(diagram, await readFile(join(dir, name), 'utf8'), 'run "node docs/images/pipeline.mjs"')
    t.match(diagram, /<svg [^>]*role="img" aria-labelledby="title description"/)
    t.match(diagram, /<title id="title">.+<\/title>\s*<desc id="description">.+<\/desc>/)
  }
})

function shown({ document, written }: FoundLink): string {
  return `${document}: ${written}`
}
