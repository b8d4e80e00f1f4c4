import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const lib = fileURLToPath(new URL('../lib/', import.meta.url))

/** The folders that a public function may use: all but the command and the local vault. */
const BELOW_VAULT = [
  ...['client', 'inventory', 'retrieve', 'resume', 'upload', 'stages', 'catalog', 'glacier', 'transfer'],
  ...['store', 'tree-hash', 'fs', 'runtime', 'streams', 'options', '.'],
]
/** The folders that each folder of lib may import, besides itself. */
const ARROWS: Record<string, readonly string[]> = {
  '.': [],
  options: ['.'],
  costs: ['options', '.'],
  retention: ['.'],
  streams: ['options', '.'],
  runtime: ['streams', '.'],
  fs: ['runtime', 'streams', 'options', '.'],
  'tree-hash': ['runtime', 'fs', 'streams', 'options', '.'],
  store: ['tree-hash', 'options', '.'],
  transfer: ['store', 'tree-hash', 'runtime', 'streams', 'options', '.'],
  stages: ['transfer', 'store', 'tree-hash', 'runtime', 'streams', 'options', '.'],
  upload: ['stages', 'transfer', 'store', 'tree-hash', 'runtime', 'streams', 'options', '.'],
  resume: ['upload', 'stages', 'transfer', 'store', 'tree-hash', 'runtime', 'streams', 'options', '.'],
  retrieve: ['transfer', 'store', 'tree-hash', 'fs', 'runtime', 'streams', 'options', '.'],
  glacier: ['store', 'tree-hash', 'options', '.'],
  inventory: ['retrieve', 'transfer', 'store', 'runtime', 'streams', 'options', '.'],
  catalog: ['glacier', 'store', 'tree-hash', 'fs', 'runtime', 'options', '.'],
  selection: [
    ...['catalog', 'glacier', 'resume', 'upload', 'stages', 'transfer', 'store', 'tree-hash', 'fs'],
    ...['runtime', 'streams', 'options', '.'],
  ],
  client: ['glacier', 'transfer', 'store', 'tree-hash', 'runtime', 'streams', 'options', '.'],
  s3: ['client', 'glacier', 'transfer', 'store', 'tree-hash', 'runtime', 'streams', 'options', '.'],
  reconcile: ['inventory', 's3', 'catalog', 'glacier', 'runtime', '.'],
  deletion: ['client', 'catalog', 'runtime', '.'],
  vault: BELOW_VAULT,
  local: ['costs', 'glacier', 'store', 'tree-hash', 'fs', 'runtime', 'streams', 'options', '.'],
  cli: [
    ...['local', 's3', 'vault', 'selection', 'reconcile', 'deletion', 'costs', 'retention'],
    ...BELOW_VAULT,
  ],
}
/**
 * The folders of lib/local that each of its folders may import, besides itself. Each folder stands below those that import it;
 * `.` has the entry point, which may import all of them.
 */
const LOCAL_ARROWS: Record<string, readonly string[]> = {
  service: [],
  records: ['service'],
  disk: ['records', 'service'],
  transport: ['disk', 'service'],
  costs: ['service'],
  realism: ['service'],
  'auth/policy': ['service'],
  auth: ['disk', 'records', 'service'],
  storage: ['realism', 'costs', 'disk', 'records', 'service'],
  jobs: ['storage', 'realism', 'costs', 'disk', 'records', 'service'],
  stores: ['jobs', 'storage', 'auth/policy', 'realism', 'costs', 'disk', 'records', 'service'],
  requests: ['stores', 'auth', 'service'],
  operations: ['requests', 'stores', 'jobs', 'storage', 'auth', 'auth/policy', 'records', 'service'],
  faults: ['requests', 'transport', 'service'],
  control: [...['faults', 'stores', 'jobs', 'realism', 'costs', 'auth', 'transport', 'records', 'service']],
  http: ['control', 'operations', 'faults', 'requests', 'stores', 'auth', 'transport', 'service'],
  options: ['http', 'faults', 'stores', 'auth', 'auth/policy', 'realism', 'transport', 'service'],
  'bucket/service': ['service'],
  'bucket/costs': ['bucket/service'],
  'bucket/checksums': [],
  'bucket/xml': ['bucket/service'],
  'bucket/records': ['bucket/service', 'bucket/checksums', 'records', 'service'],
  'bucket/auth': ['bucket/service', 'auth', 'service'],
  'bucket/body': ['bucket/auth', 'bucket/checksums', 'bucket/service'],
  'bucket/storage': ['bucket/records', 'bucket/costs', 'bucket/service', 'disk', 'records', 'service'],
  'bucket/requests': [
    ...['bucket/storage', 'bucket/body', 'bucket/auth', 'bucket/records', 'bucket/xml', 'bucket/checksums'],
    ...['bucket/service', 'auth'],
  ],
  'bucket/operations': [
    ...[
      'bucket/requests',
      'bucket/storage',
      'bucket/records',
      'bucket/xml',
      'bucket/checksums',
      'bucket/service',
    ],
    ...['records', 'service'],
  ],
  'bucket/faults': ['bucket/requests', 'bucket/service', 'faults', 'transport'],
  'bucket/control': [
    ...['bucket/faults', 'bucket/storage', 'bucket/records', 'bucket/costs', 'bucket/service'],
    ...['control', 'faults', 'disk', 'service'],
  ],
  'bucket/http': [
    ...[
      'bucket/faults',
      'bucket/operations',
      'bucket/requests',
      'bucket/storage',
      'bucket/body',
      'bucket/auth',
    ],
    ...['bucket/xml', 'bucket/service', 'http', 'control', 'faults', 'transport', 'service'],
  ],
  'bucket/options': [...['bucket/faults', 'bucket/storage', 'options', 'http', 'control', 'auth', 'service']],
  bucket: [
    ...[
      'bucket/options',
      'bucket/control',
      'bucket/http',
      'bucket/faults',
      'bucket/storage',
      'bucket/costs',
      'options',
      'http',
      'control',
      'faults',
    ],
    ...['auth', 'disk', 'service'],
  ],
}
/** Modules that know no streams; `folder/*` for a whole folder. */
const PURE = [
  'errors.ts',
  'service-error-reason.ts',
  'streams/abort-error.ts',
  'invariant.ts',
  'byte-range.ts',
  'sizes.ts',
  'options/*',
  'costs/*',
  'retention/*',
  'glacier/*',
  'store/*',
  'tree-hash/tree-hash.ts',
  'tree-hash/aligned-ranges.ts',
  'streams/bytes.ts',
  'streams/pulls.ts',
  'streams/source-error.ts',
  'upload/upload-plan.ts',
  'catalog/record.ts',
  'catalog/unfinished-uploads.ts',
  'catalog/upload-history.ts',
  'catalog/vault-address.ts',
  'client/client-rules.ts',
  'client/request-rules.ts',
  'client/vault-client.ts',
  'client/sdk/single-request.ts',
  'client/sdk/service-error.ts',
  's3/bucket-client.ts',
  's3/bucket-requests.ts',
  's3/bucket-responses.ts',
  's3/bucket-rules.ts',
  's3/composite-hash.ts',
  's3/s3-address.ts',
  's3/s3-limits.ts',
  's3/storage-classes.ts',
  's3/sdk/bucket-error.ts',
  's3/sdk/exact-body.ts',
  's3/sdk/one-request.ts',
  's3/sdk/refusals.ts',
  'transfer/concurrency.ts',
  'transfer/rate-limit.ts',
  'transfer/retry.ts',
  'transfer/memory-plan.ts',
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
    const allowed = it.file === 'index.ts' || from === to || ARROWS[from]?.includes(to) === true
    t.ok(allowed, `${it.file} imports ${target(it)}`)
    if (to === '.') t.match(target(it), /^(?:errors|service-error-reason|invariant|byte-range|sizes)\.ts$/)
    if (target(it) === 'index.ts') t.fail(`${it.file} imports the index`)
  }
})

t.test('the engine does not name the service', async (t) => {
  const isNamed = (source: string): boolean =>
    /glacier/i.test(source.replace(/GlacierPipeError|docs\/glacier-protocol\.md|\bglacier-pipe\b/g, ''))
  t.ok(isNamed('// An archive of Glacier') && isNamed("from '../glacier/limits.js'"))
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!/^(?:upload|resume|retrieve)\/.*\.ts$/.test(entry)) continue
    t.notOk(isNamed(await readFile(join(lib, entry), 'utf8')), entry)
  }
})

t.test('the folders of the local vault import each other in one direction', async (t) => {
  const order = Object.keys(LOCAL_ARROWS)
  for (const [index, folder] of order.entries()) {
    for (const lower of LOCAL_ARROWS[folder] ?? [])
      t.ok(order.slice(0, index).includes(lower), `${folder} stands above ${lower}`)
  }
  const used = new Set<string>()
  for (const found of await importsOfLib()) {
    if (!found.file.startsWith('local/') || !found.specifier.startsWith('.')) continue
    const imported = target(found)
    if (!imported.startsWith('local/')) continue
    const [from, to] = [found.file, imported].map((file) => relative('local', dirname(file))) as [
      string,
      string,
    ]
    if (from === '' || from === to) continue
    t.ok(LOCAL_ARROWS[from]?.includes(to), `${found.file} imports ${imported}`)
    used.add(`${from} → ${to}`)
  }
  for (const [from, lower] of Object.entries(LOCAL_ARROWS))
    for (const to of lower) t.ok(used.has(`${from} → ${to}`), `${from} uses ${to}`)
})

t.test('there are no circles', async (t) => {
  const graph = new Map<string, string[]>()
  for (const it of await importsOfLib()) {
    if (it.specifier.startsWith('.')) graph.set(it.file, [...(graph.get(it.file) ?? []), target(it)])
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

/** The files that load the SDK of a service. */
const LOAD_SDK: Readonly<Record<string, string>> = {
  'client/sdk/sdk-connection.ts': '@aws-sdk/client-glacier',
  's3/sdk/bucket-connection.ts': '@aws-sdk/client-s3',
}

t.test('only one file for each service knows its SDK, and it loads it when it is needed', async (t) => {
  const imports = (await importsOfLib()).filter(
    ({ specifier }) => specifier.startsWith('@aws-sdk') || specifier.startsWith('@smithy'),
  )
  for (const { file, specifier, typeOnly } of imports) {
    t.ok(typeOnly || LOAD_SDK[file] === specifier, `${file} imports the SDK`)
    const isOfS3 = specifier === '@aws-sdk/client-s3'
    t.equal(roomOf(file) === 's3', isOfS3, `${file} imports ${specifier}`)
  }
  for (const [file, specifier] of Object.entries(LOAD_SDK)) {
    const adapter = await readFile(join(lib, file), 'utf8')
    t.notMatch(adapter, /^import (?!type)[^\n]*@aws-sdk/m)
    t.ok(adapter.includes(`import('${specifier}')`), `${file} loads ${specifier}`)
  }
})

t.test('streams come from one place, and pure modules have none', async (t) => {
  for (const { file, specifier, typeOnly } of await importsOfLib()) {
    const streams = /^(?:node:stream|readable-stream)/.test(specifier)
    // The local vault is a server: its streams are node:http's own.
    if (streams && !typeOnly)
      t.ok(file === 'streams/node-streams.ts' || file.startsWith('local/'), `${file} imports ${specifier}`)
    if (PURE.includes(file) || PURE.includes(file.replace(/\/[^/]*$/, '/*')))
      t.notOk(streams || specifier.endsWith('node-streams.js'), `${file} imports ${specifier}`)
  }
})

/** The modules that know where their code lies. `build/executable.mjs` replaces those that read what lies there. */
const KNOW_THEIR_PLACE = [
  'catalog/mirror/mirror-module.ts',
  'cli/version.ts',
  'local/control/page-source.ts',
  'tree-hash/hash-thread.ts',
]

t.test('only the modules that the executable replaces read files beside the code', async (t) => {
  const executable = await readFile(join(lib, '../build/executable.mjs'), 'utf8')
  for (const name of KNOW_THEIR_PLACE) t.ok(executable.includes(`'${name}':`), name)
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!entry.endsWith('.ts') || KNOW_THEIR_PLACE.includes(entry)) continue
    t.notMatch(await readFile(join(lib, entry), 'utf8'), /import\.meta|createRequire/, entry)
  }
})

/** Decisions on the text of an error: a comparison, a search, or a pattern. */
const DECISIONS_ON_MESSAGES: readonly RegExp[] = [
  /\bmessage\)?\s*\??\.\s*(?:includes|startsWith|endsWith|match|matchAll|search|indexOf|lastIndexOf)\(/,
  /\.(?:test|exec)\(\s*(?:\(?[\w.]*\bmessage\b|String\(\s*(?:error|thrown|cause|reason)\b)/,
  /\bmessage\)?\s*[!=]==?[^=>]/,
  /[!=]==?\s*\(?[\w.]*\bmessage\b/,
  /\bswitch\s*\([^)]*\bmessage\b/,
  /String\(\s*(?:error|thrown|cause|reason)\s*\)\s*\.\s*(?:includes|startsWith|endsWith|match|search|indexOf)\(/,
]

t.test('only the mapping of the errors of the service decides on messages', async (t) => {
  const isFound = (source: string): boolean => DECISIONS_ON_MESSAGES.some((decision) => decision.test(source))
  for (const example of [
    "error.message.includes('Vault not found')",
    'WRONG_HASH.test(message)',
    "if (message === 'Region is missing')",
    "if ('x' === error.message)",
    '/gone/.test(String(error))',
  ])
    t.ok(isFound(example), example)
  t.notOk(isFound("throw new UsageError(error.message.replace(/x/, 'y'))"), 'a message may be printed')
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!entry.endsWith('.ts') || entry === 'client/sdk/service-error.ts') continue
    const source = await readFile(join(lib, entry), 'utf8')
    t.strictSame(source.split('\n').filter(isFound), [], entry)
  }
  t.ok(isFound(await readFile(join(lib, 'client/sdk/service-error.ts'), 'utf8')))
})

t.test('a file holds one idea, and a folder can be seen at a glance', async (t) => {
  const lengths: number[] = []
  const folders = new Map<string, number>()
  for (const entry of await readdir(lib, { recursive: true })) {
    if (!/\.(?:ts|js|css|html)$/.test(entry)) continue
    folders.set(dirname(entry), (folders.get(dirname(entry)) ?? 0) + 1)
    const lines = (await readFile(join(lib, entry), 'utf8')).trimEnd().split('\n').length
    if (entry.endsWith('.ts')) lengths.push(lines)
    // One list of all errors is easier to keep than several.
    t.ok(lines <= (entry === 'errors.ts' ? 800 : 250), `${entry} has ${lines} lines`)
    t.notMatch(entry, /util|helper|common/)
  }
  for (const [folder, files] of folders) t.ok(files <= 15, `${folder} has ${files} files`)
  lengths.sort((a, b) => a - b)
  const median = lengths[Math.floor(lengths.length / 2)] ?? 0
  t.ok(median <= 100, `the median is ${median}`)
})

/** The ways to reach for the world, and the expressions that do so. Types and constants are no such way. */
const WORLD = {
  disk: /^import (?!type)(?!\{ (?:(?:type \w+|constants),? )+\})[^'"]*? from 'node:fs(?:\/promises)?'/m,
  time: /\bset(?:Timeout|Interval)\b|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.hrtime\b/,
  random: /\brandom(?:UUID|Bytes|Int)\(|\bMath\.random\b|\bgetRandomValues\b/,
  process: /\bprocess\.(?:pid|kill|gete?[ug]id)\b/,
}
type Way = keyof typeof WORLD
const EVERY_WAY = Object.keys(WORLD) as Way[]
/** The files that reach for the world by themselves, instead of taking it from a runtime; folders end with a slash. */
const REACHES: Record<string, readonly Way[]> = {
  'runtime/': EVERY_WAY, // the real runtime
  'cli/': EVERY_WAY, // the command is a program: it runs on the real runtime
  'local/': EVERY_WAY, // a server of its own, with its own clock and its own disk; a simulation is its client
  'client/proxy/': ['time'], // connections, which a simulation replaces
  'client/': ['random'], // the ID of a request, on which nothing depends
  'tree-hash/': ['disk', 'time'], // worker threads, which read files and end when they are idle
  'stages/read-parts.ts': ['disk'], // a descriptor that the caller has opened
  // Devices, FIFOs and inherited descriptors; a simulation passes a stream instead.
  'fs/fifo.ts': ['disk'],
  'fs/input-stream.ts': ['disk'],
  'fs/open-input.ts': ['disk'],
  'retrieve/file/stream-target.ts': ['disk'],
}

t.test(
  'only a few modules reach for the clock, the disk, randomness and the process by themselves',
  async (t) => {
    const found = new Set<string>()
    const used = new Set<string>()
    for (const entry of await readdir(lib, { recursive: true })) {
      if (!entry.endsWith('.ts')) continue
      const source = (await readFile(join(lib, entry), 'utf8')).replace(/\/\*[^]*?\*\/|\/\/ .*/g, '')
      const [path, allowed = []] = Object.entries(REACHES).find(([start]) => entry.startsWith(start)) ?? []
      for (const way of EVERY_WAY) {
        if (!WORLD[way].test(source)) continue
        found.add(way)
        used.add(`${path} ${way}`)
        t.ok(allowed.includes(way), `${entry} may reach for the ${way} by itself`)
      }
    }
    t.strictSame([...found].sort(), [...EVERY_WAY].sort(), 'each way is recognized')
    for (const [path, ways] of Object.entries(REACHES))
      for (const way of ways) t.ok(used.has(`${path} ${way}`), `${path} reaches for the ${way}`)
  },
)
