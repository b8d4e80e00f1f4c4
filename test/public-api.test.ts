import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import * as catalog from '../lib/catalog/index.js'
import * as api from '../lib/index.js'
import * as local from '../lib/local/index.js'
import * as treeHash from '../lib/tree-hash/index.js'
import { asText, publicDeclarations } from './helpers/public-declarations.js'

/** The entry points by the name of their snapshot: the source file, and what it exports at run time. */
const ENTRIES = {
  index: { file: 'index.ts', values: api },
  'tree-hash': { file: 'tree-hash/index.ts', values: treeHash },
  catalog: { file: 'catalog/index.ts', values: catalog },
  local: { file: 'local/index.ts', values: local },
}
const lib = fileURLToPath(new URL('../lib/', import.meta.url))

for (const [name, { file, values }] of Object.entries(ENTRIES)) {
  t.test(`the public declarations of ${file} are those of the snapshot`, async (t) => {
    const declarations = publicDeclarations(join(lib, file))
    const snapshot = new URL(`./public-api/${name}.api.txt`, import.meta.url)
    const text = asText(declarations)
    if (process.env.API_ACCEPT) await writeFile(snapshot, text)
    const accepted = await readFile(snapshot, 'utf8')
    t.equal(
      text,
      accepted,
      'a change is a decision: "npm run api:accept" accepts it, then commit the snapshot',
    )
    t.strictSame(
      declarations.filter(({ isTypeOnly }) => !isTypeOnly).map((declaration) => declaration.name),
      Object.keys(values).sort(),
      'its values are exported at run time, and no others',
    )
    for (const declaration of declarations) t.not(declaration.text, '', declaration.name)
  })
}

t.test('the main entry point has about thirty names besides the errors, and all errors', async (t) => {
  const names = Object.keys(api)
  t.ok(names.filter((name) => !name.endsWith('Error')).length <= 30)
  const errors = Object.keys(await import('../lib/errors.js'))
  t.strictSame(
    names.filter((name) => name.endsWith('Error')),
    errors.filter((name) => name.endsWith('Error')).sort(),
  )
})

t.test('its streams are instances of those of node:stream', (t) => {
  const client = {} as api.VaultClient
  const port = { ...client, uploadPart: () => Promise.resolve(undefined) }
  const vaultName = 'backups'
  t.ok(api.retrieveArchive({ client: port, vaultName, archiveId: 'archive' }) instanceof Readable)
  t.ok(api.archiveReader({ client: port, vaultName, jobId: 'job' }) instanceof Readable)
  t.ok(api.inventory({ client: port, vaultName }) instanceof Readable)
  t.ok(api.archiveWriter({ client: port, vaultName }) instanceof Writable)
  t.ok(api.archiveStream({ client: port, vaultName }) instanceof Writable)
  t.end()
})

t.test('the declarations import nothing that a consumer would have to install', async (t) => {
  const seen = new Set<string>()
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, specifier = ''] of (await readFile(file, 'utf8')).matchAll(
      /(?:from|import\() ?'([^']+)'/g,
    )) {
      if (specifier.startsWith('.')) await visit(join(dirname(file), specifier.replace(/\.js$/, '.d.ts')))
      else t.match(specifier, /^node:/, file)
    }
  }
  const dist = fileURLToPath(new URL('../dist/', import.meta.url))
  for (const { file } of Object.values(ENTRIES)) await visit(join(dist, file.replace(/\.ts$/, '.d.ts')))
  t.ok(seen.size > 20, 'the declarations were found')
})

t.test('the built package is required as well as imported, and loads no SDK until it is used', async (t) => {
  const run = promisify(execFile)
  const script = `
    const api = require('glacier-pipe')
    const { startLocalVault } = require('glacier-pipe/local')
    const { TreeHash } = require('glacier-pipe/tree-hash')
    const { Catalog } = require('glacier-pipe/catalog')
    const loaded = process.moduleLoadList.length && Object.keys(require.cache).some((name) => name.includes('aws-sdk'))
    console.log(typeof api.uploadArchive, typeof startLocalVault, typeof TreeHash, typeof Catalog, loaded)`
  const { stdout } = await run(process.execPath, ['--no-warnings', '-e', script], {
    cwd: new URL('..', import.meta.url),
  })
  t.equal(stdout, 'function function function function false\n')
})
