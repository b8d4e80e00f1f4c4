import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, posix, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

// The documents: their examples that are whole programs (a block that begins with the name of its file), their links,
// and citations of them in code.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Documents of other projects. */
const OF_OTHERS = new Set(['services/glacier/PARITY.md'])

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

t.test('the program in the README stores the file that it is given, and restores it', async (t) => {
  const dir = t.testdir({ 'backup.mjs': await programIn('README.md'), 'srv.tar': 'the bytes of a tar' })
  const { stdout } = await execute(process.execPath, ['backup.mjs', 'srv.tar'], { cwd: dir })
  t.match(stdout, /^(?:0 bytes are stored\n)*18 bytes are stored\n[\w-]{138} [\da-f]{64}\n$/)
  t.equal(await readFile(join(dir, 'srv.tar.restored'), 'utf8'), 'the bytes of a tar')
})

t.test('the program in the guide interrupts an upload and resumes it from the catalog', async (t) => {
  const dir = t.testdir({ 'resume.mjs': await programIn('docs/guide.md') })
  const { stdout } = await execute(process.execPath, ['resume.mjs'], { cwd: dir })
  t.equal(stdout, `ABORT_ERR true\n${20 * 2 ** 20} true\n`)
})

t.test('each link from a document leads to a file and a heading', async (t) => {
  const names = (await citingFiles()).filter((name) => name.endsWith('.md'))
  const texts = new Map(await Promise.all(names.map(async (name) => [name, await textOf(name)] as const)))
  const anchors = new Map([...texts].map(([name, text]) => [name, anchorsOf(text)]))
  const links = [...texts].flatMap(([name, text]) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].map(([link, path = '', anchor]) => ({
      link: `${name}: ${link}`,
      target: path === '' ? name : posix.join(posix.dirname(name), path),
      anchor,
    })),
  )
  t.ok(links.filter(({ target }) => target === 'docs/local-vault.md').length > 40)
  const isDead = ({ target, anchor }: { target: string; anchor: string | undefined }): boolean =>
    anchor === undefined ? !existsSync(join(ROOT, target)) : !anchors.get(target)?.has(anchor)
  t.strictSame(
    links.filter(isDead).map(({ link }) => link),
    [],
  )
})

t.test('each section of the service reference that is cited exists, and is cited in one form', async (t) => {
  const anchors = anchorsOf(await textOf('docs/glacier-protocol.md'))
  const wrong: string[] = []
  let citations = 0
  for (const name of await citingFiles()) {
    const isDocument = name.endsWith('.md')
    for (const [citation, folder, anchor = ''] of (await textOf(name)).matchAll(
      /([\w./-]*)glacier-protocol\.md#([\w-]*)/g,
    )) {
      citations += 1
      if (!anchors.has(anchor) || !(isDocument || folder === 'docs/')) wrong.push(`${name}: ${citation}`)
    }
  }
  t.ok(citations > 80)
  t.strictSame(wrong, [])
})

t.test('no file cites a document that is not in the repository', async (t) => {
  const missing: string[] = []
  for (const name of await citingFiles()) {
    for (const [document] of (await textOf(name)).matchAll(/[\w./-]*\w\.md\b/g)) {
      const places = [document, join(posix.dirname(name), document), join('docs', document)]
      if (OF_OTHERS.has(document) || places.some((place) => existsSync(join(ROOT, place)))) continue
      missing.push(`${name}: ${document}`)
    }
  }
  t.strictSame(missing, [])
})

t.test('each file and folder of lib that a document for developers names exists', async (t) => {
  const entries = await readdir(join(ROOT, 'lib'), { recursive: true })
  const paths = new Set(entries.map((path) => path.replaceAll(sep, '/')))
  const names = new Set([...paths].map((path) => posix.basename(path)))
  const decisions = (await citingFiles()).filter((name) => name.startsWith('docs/decisions/'))
  const documents = ['docs/architecture.md', 'docs/README.md', 'CONTRIBUTING.md', ...decisions]
  const missing: string[] = []
  let found = 0
  for (const document of documents) {
    // Folders in the decisions may be those of a user's data.
    const pattern = document.startsWith('docs/decisions/')
      ? /`((?:[\w.-]+\/)*[\w.-]+\.ts)`/g
      : /`((?:[\w.-]+\/)*(?:[\w.-]+\.ts|[\w.-]+\/))`/g
    for (const [, named = ''] of (await textOf(document)).matchAll(pattern)) {
      if (/[A-Z]{4}/.test(named)) continue // NAME, CATALOG: a placeholder
      found += 1
      const path = named.replace(/\/$/, '')
      // A file without a folder is in one that the text has named before.
      const isFile = named.includes('/') ? paths.has(path) || existsSync(join(ROOT, path)) : names.has(path)
      if (!isFile) missing.push(`${document}: ${named}`)
    }
  }
  t.ok(found > 100, `${found} names`)
  t.strictSame(missing, [])
})

/** Paths, from the root of the repository and with `/`, of the files that may cite a document. */
async function citingFiles(): Promise<string[]> {
  const inFolders = await Promise.all(
    ['lib', 'test', 'conformance', 'bench', 'examples', 'docs'].map(async (folder) => {
      const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })
      return entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(ROOT, join(parentPath, name)))
    }),
  )
  const atRoot = (await readdir(ROOT)).filter((name) => name.endsWith('.md'))
  const names = [...atRoot, ...inFolders.flat()].map((name) => name.replaceAll(sep, '/'))
  return names.filter((name) => !name.startsWith('docs/api/'))
}

/** The first whole program in a document. */
async function programIn(name: string): Promise<string> {
  const [, program = ''] = /^```js\n(\/\/ \S+\.mjs\n[^]*?)^```$/m.exec(await textOf(name)) ?? []
  return program
}

function textOf(name: string): Promise<string> {
  return readFile(join(ROOT, name), 'utf8')
}

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replace(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}
