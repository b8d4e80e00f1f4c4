import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, posix, sep } from 'node:path'
import t from 'tap'
import { citingFiles, ROOT, textOf } from '../helpers/documents.js'
import { anchorsOf } from '../helpers/markdown.js'

// Citations of documents in code and in documents, and names of files of lib in documents.

/** Documents of other projects. */
const OF_OTHERS = new Set(['services/glacier/PARITY.md'])

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

t.test('each test that SECURITY.md names exists', async (t) => {
  const named = [...(await textOf('SECURITY.md')).matchAll(/`([\w./-]+\.test\.ts)`/g)]
  t.ok(named.length > 30, `${named.length} names`)
  t.strictSame(
    named.map(([, name = '']) => name).filter((name) => !existsSync(join(ROOT, 'test', name))),
    [],
  )
})
