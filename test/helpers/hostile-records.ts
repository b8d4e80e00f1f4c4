import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { runHostile } from './hostile-checks.js'
import { ESCAPES } from './hostile-replies.js'

const HASH = 'a'.repeat(64)
const ID = 'i'.repeat(138)

const TYPES = [
  'archive',
  'begun',
  'completing',
  'sending',
  'rejected',
  'mismatched',
  'aborted',
  'expired',
  'superseded',
]
const OTHER_TYPES = ['unknown', 'ended', 'orphan', 'deleted', 'export', '__proto__', 'constructor', ESCAPES]

const text = fc.constantFrom(
  'a',
  'docs',
  '',
  ESCAPES,
  '../../x',
  '..',
  'A'.repeat(5000),
  '__proto__',
  '{"Path":5}',
  '{"Path":"\\u001b"}',
)
const time = fc.constantFrom(
  '2026-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  '-271821-04-20T00:00:00.000Z',
  '+999999-01-01T00:00:00.000Z',
  'x',
  '',
)
const size = fc.constantFrom(0, 1, 5, 2 ** 40, 2 ** 53 - 1, -1, 1e308, 0.5)
const other = fc.constantFrom<unknown>(null, true, {}, [], [[]], { toString: 1 }, { length: 1e9 }, 5, 'x')

/** A field that is mostly of its type, so that many records are not skipped. */
function mostly<T>(values: fc.Arbitrary<T>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: values }, { weight: 1, arbitrary: other })
}

/** A record whose fields may have any type and content. */
const record = fc.record(
  {
    type: fc.constantFrom(...TYPES, ...OTHER_TYPES),
    time: mostly(time),
    region: mostly(fc.constantFrom('us-east-1', ESCAPES, '')),
    endpoint: mostly(fc.constantFrom('http://127.0.0.1:1', ESCAPES, 'file:///etc/passwd')),
    vaultName: mostly(fc.constantFrom('docs', '..', ESCAPES)),
    accountId: mostly(fc.constantFrom('111122223333', ESCAPES)),
    archiveId: mostly(fc.oneof(fc.constantFrom(ID, 'b'), text)),
    firstVolume: mostly(fc.oneof(fc.constantFrom(ID, 'b'), text)),
    uploadId: mostly(text),
    streamId: mostly(text),
    intentId: mostly(text),
    name: mostly(text),
    description: mostly(text),
    treeHash: mostly(fc.constantFrom(HASH, '', ESCAPES)),
    sentTreeHash: mostly(fc.constantFrom(HASH, '', ESCAPES)),
    size: mostly(size),
    partSize: mostly(size),
    parts: mostly(size),
    volume: mostly(fc.constantFrom(1, 2, 3, 0, -1, 2 ** 53 - 1)),
    more: other,
    settles: other,
    firstPart: mostly(fc.record({ size, treeHash: other })),
    owner: mostly(
      fc.record({ host: other, pid: other, startTime: other, bootId: other, pidNamespace: other }),
    ),
  },
  {
    requiredKeys: [
      'type',
      'time',
      'region',
      'vaultName',
      'archiveId',
      'size',
      'treeHash',
      'volume',
      'uploadId',
    ],
    noNullPrototype: true,
  },
)

/** A service that does not respond. */
const SERVICE = ['--region', 'us-east-1', '--endpoint', 'http://127.0.0.1:1'] as const

/** Commands that read a catalog, and change nothing. */
export const CATALOG_COMMANDS: readonly (readonly string[])[] = [
  ['ls', 'docs'],
  ['ls', '--json', '--full'],
  ['ls', 'docs', '--cost'],
  ['catalog', 'export', '-'],
  ['prune', 'docs', '--keep-last', '1', '--dry-run', ...SERVICE],
  ['get', 'docs', 'latest', '--dry-run', ...SERVICE],
  ['get', 'docs', 'name:a', '--dry-run', ...SERVICE],
  ['get', 'docs', '--match', '*', '-o', 'OUT', '--dry-run', ...SERVICE],
  ['rm', 'docs', 'latest', '--dry-run', ...SERVICE],
  ['__complete', '--', 'get', 'docs', ''],
]

/**
 * The properties that do not hold when a command reads `catalog.jsonl` in a folder.
 *
 * @param quotesWords - whether the catalog has NaN as a text; default no
 */
export async function problemsWith(
  dir: string,
  command: readonly string[],
  quotesWords = false,
): Promise<string[]> {
  const [first = '', ...rest] = command
  const words = ['catalog', '__complete'].includes(first) ? [first, ...rest.slice(0, 1)] : [first]
  const others = ['catalog', '__complete'].includes(first) ? rest.slice(1) : rest
  const catalog = join(dir, 'catalog.jsonl')
  const isComplete = first === '__complete'
  const args = [
    ...words,
    ...(isComplete ? [] : ['--catalog', catalog]),
    ...others.map((word) => (word === 'OUT' ? join(dir, 'out') : word)),
  ]
  const env = isComplete ? { GLACIER_PIPE_CATALOG: catalog } : {}
  const tree = { dir, mayChange: [] }
  const { problems } = await runHostile(args, { tree, env, quotesWords })
  return problems.map((problem) => `${command.join(' ')}: ${problem}`)
}

/** The properties that do not hold with so many catalogs, which are drawn from a seed. */
export async function problemsWithRecords(dir: string, numRuns: number, seed: number): Promise<string[]> {
  const found: string[] = []
  const samples = fc.sample(fc.array(record, { minLength: 1, maxLength: 6 }), { numRuns, seed })
  for (const [i, records] of samples.entries()) {
    const lines = records.map((one) => `${JSON.stringify(one)}\n`).join('')
    writeFileSync(join(dir, 'catalog.jsonl'), lines)
    const problems = await problemsWith(dir, CATALOG_COMMANDS[i % CATALOG_COMMANDS.length] ?? [])
    found.push(...problems.map((problem) => `${problem}\n${lines}`))
  }
  return found
}
