import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const lib = fileURLToPath(new URL('../lib/', import.meta.url))

/** What each folder of lib may import, besides itself. */
const ARROWS: Record<string, readonly string[]> = {
  '.': ['upload', 'retrieve', 'catalog', 'source', 'tree-hash', 'vault', 'fs'],
  cli: ['upload', 'retrieve', 'catalog', 'local', 'tree-hash', 'vault', 'fs', '.'],
  upload: ['source', 'tree-hash', 'vault', '.'],
  retrieve: ['tree-hash', 'vault', 'fs', '.'],
  catalog: ['vault', 'fs', '.'],
  local: ['tree-hash', 'vault', 'fs', '.'],
  fs: ['.'],
  source: ['.'],
  'tree-hash': ['source', 'vault', '.'],
  vault: ['tree-hash', '.'],
}
/** Modules that know no streams. */
const PURE = [
  'errors.ts',
  'invariant.ts',
  'options.ts',
  'option-rules.ts',
  'tree-hash/tree-hash.ts',
  'source/bytes.ts',
  'source/pulls.ts',
  'source/source-error.ts',
  'upload/upload-plan.ts',
  'catalog/record.ts',
  'catalog/unfinished.ts',
  'upload/archive.ts',
  'upload/journal.ts',
  'vault/account-id.ts',
  'vault/client-rules.ts',
  'vault/request-rules.ts',
  'vault/endpoint.ts',
  'vault/volume-description.ts',
  'vault/byte-range.ts',
  'vault/description.ts',
  'vault/failure.ts',
  'vault/concurrency.ts',
  'vault/rate-limit.ts',
  'vault/retry.ts',
  'vault/single-request.ts',
  'vault/limits.ts',
  'vault/memory-plan.ts',
  'vault/part-size.ts',
  'vault/service-error.ts',
  'vault/vault-client.ts',
]

interface Import {
  readonly file: string
  readonly specifier: string
  readonly typeOnly: boolean
}

async function importsOfLib(): Promise<Import[]> {
  const found: Import[] = []
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!entry.endsWith('.ts')) continue
    const source = await readFile(join(lib, entry), 'utf8')
    for (const match of source.matchAll(
      /^(?:import|export)( type)?[^'"]*? from '([^']+)'|\bimport\('([^']+)'\)/gm,
    )) {
      found.push({ file: entry, specifier: match[2] ?? match[3] ?? '', typeOnly: match[1] !== undefined })
    }
  }
  return found
}

function target({ file, specifier }: Import): string {
  return relative(lib, resolve(join(lib, dirname(file)), specifier)).replace(/\.js$/, '.ts')
}

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] as string) : '.'
}

t.test('imports point one way', async (t) => {
  const imports = await importsOfLib()
  t.ok(imports.length > 100, 'the imports were found')
  for (const it of imports.filter(({ specifier }) => specifier.startsWith('.'))) {
    const [from, to] = [roomOf(it.file), roomOf(target(it))]
    const allowed = from === to || ARROWS[from]?.includes(to) === true
    t.ok(allowed, `${it.file} imports ${target(it)}`)
    if (to === '.')
      t.match(
        target(it),
        /^(?:errors|invariant|stream|caller-signal|typed-events|options|option-rules|index)\.ts$/,
      )
    if (target(it) === 'index.ts') t.fail(`${it.file} imports the index`)
  }
})

t.test('there are no circles', async (t) => {
  const graph = new Map<string, string[]>()
  for (const it of await importsOfLib()) {
    if (it.specifier.startsWith('.') && !it.typeOnly)
      graph.set(it.file, [...(graph.get(it.file) ?? []), target(it)])
  }
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) t.fail([...path, file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  t.ok(done.size > 30)
})

t.test('only one file knows the SDK, and it loads it when it is needed', async (t) => {
  const imports = (await importsOfLib()).filter(
    ({ specifier }) => specifier.startsWith('@aws-sdk') || specifier.startsWith('@smithy'),
  )
  for (const { file, typeOnly } of imports) {
    t.ok(typeOnly || file === 'vault/sdk-connection.ts', `${file} imports the SDK`)
  }
  const adapter = await readFile(join(lib, 'vault/sdk-connection.ts'), 'utf8')
  t.notMatch(adapter, /^import (?!type)[^\n]*@aws-sdk/m)
})

t.test('streams come from one place, and pure modules have none', async (t) => {
  for (const { file, specifier, typeOnly } of await importsOfLib()) {
    const streams = /^(?:node:stream|readable-stream)/.test(specifier)
    // The local vault is a server: its streams are node:http's own.
    if (streams && !typeOnly)
      t.ok(file === 'stream.ts' || file.startsWith('local/'), `${file} imports ${specifier}`)
    if (PURE.includes(file))
      t.notOk(streams || specifier.endsWith('stream.js'), `${file} imports ${specifier}`)
  }
})

t.test('a file holds one idea', async (t) => {
  const lengths: number[] = []
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!entry.endsWith('.ts')) continue
    const lines = (await readFile(join(lib, entry), 'utf8')).split('\n').length
    lengths.push(lines)
    // One list of all errors is easier to keep than several.
    t.ok(lines <= (entry === 'errors.ts' ? 600 : 300), `${entry} has ${lines} lines`)
    t.notMatch(entry, /util|helper|common/)
  }
  lengths.sort((a, b) => a - b)
  t.ok(
    (lengths[Math.floor(lengths.length / 2)] ?? 0) <= 110,
    `the median is ${String(lengths[Math.floor(lengths.length / 2)])}`,
  )
})
