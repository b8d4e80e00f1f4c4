/**
 * `put` killed at 200 random moments, and resumed with the same source, a changed, a shorter and another one: at most
 * three runs until one succeeds, the archive is the source, and nothing is stored twice unless the catalog says so.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { readCatalog } from '../../lib/catalog/catalog.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import { startLocalVault, type LocalVault } from '../../lib/local/index.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { ended, start, type Ended } from '../helpers/command.js'
import { settled } from '../helpers/gate.js'
import { patternBytes } from '../helpers/pattern-source.js'

const ROUNDS = 200
/** Bytes of the source and options of the put, by what it stores. */
const SHAPES = [
  { shape: 'one part', size: 500_000, options: [] },
  { shape: 'many parts', size: 9 * MIB + 17, options: [] },
  { shape: 'three volumes', size: 5 * MIB + 17, options: ['--max-archive-size', '2MiB'] },
] as const
const NEXT = ['same', 'changed', 'shorter', 'unrelated'] as const

/** The next source: what becomes of the bytes that were being stored. */
function nextSource(bytes: Buffer, next: (typeof NEXT)[number], seed: number): Buffer {
  if (next === 'unrelated') return patternBytes(Math.ceil(bytes.length * 0.8), seed + 1_000_000)
  if (next === 'shorter') return bytes.subarray(0, Math.ceil(bytes.length / 3))
  const copy = Buffer.from(bytes)
  if (next === 'changed') {
    const middle = Math.floor(copy.length / 2)
    copy.writeUInt8(copy.readUInt8(middle) ^ 1, middle)
  }
  return copy
}

interface StoredArchive {
  readonly archiveId: string
  readonly size: number
  readonly treeHash: string
}

/** The archives in the folder of the vault. */
async function archivesIn(vault: LocalVault): Promise<StoredArchive[]> {
  const folder = join(vault.dir, 'vaults', 'docs', 'archives')
  const archives: StoredArchive[] = []
  for (const name of await readdir(folder).catch(() => []))
    archives.push(JSON.parse(await readFile(join(folder, name, 'archive.json'), 'utf8')) as StoredArchive)
  return archives
}

/** How many archives of this content the catalog says are or may be stored. */
function recordedCount(records: readonly CatalogRecord[], { size, treeHash }: StoredArchive): number {
  const resolved = new Set(
    records.flatMap((record) =>
      record.type === 'archive' || record.type === 'rejected' ? [record.intentId ?? record.uploadId] : [],
    ),
  )
  const archives = new Set<string>()
  let intents = 0
  for (const record of records) {
    if (
      !('size' in record) ||
      record.size !== size ||
      !('treeHash' in record) ||
      record.treeHash !== treeHash
    )
      continue
    if (record.type === 'archive') archives.add(record.archiveId)
    else if (record.type === 'unknown') intents++
    else if (record.type === 'sending' && !resolved.has(record.intentId)) intents++
  }
  return archives.size + intents
}

/** Waits until the vault is no longer busy with the requests of a process that was killed. */
async function quiet(vault: LocalVault): Promise<void> {
  while (Object.values(vault.traffic.all()).some(({ underWay }) => underWay > 0)) await settled(1)
}

const partsCarriedOut = (vault: LocalVault): number => vault.traffic.of('UploadMultipartPart').carriedOut

t.test(`a put is killed ${ROUNDS} times, and resumed`, async (t) => {
  const dir = t.testdir()
  const outcomes: Record<string, number> = {}
  const count = (what: string): void => {
    outcomes[what] = (outcomes[what] ?? 0) + 1
  }
  const durations = new Map<string, number>()
  for (let round = 0; round < ROUNDS; round++) {
    const { shape, size, options } = SHAPES[round % SHAPES.length] ?? SHAPES[0]
    const next = NEXT[Math.floor(round / SHAPES.length) % NEXT.length] ?? 'same'
    const name = round % 2 === 0 ? ['--name', 'source'] : []
    const vault = await startLocalVault({ dir: join(dir, String(round)), createVaults: true })
    const catalog = join(vault.dir, 'catalog.jsonl')
    const { accessKeyId, secretAccessKey } = vault.credentials
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }
    const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
    const put = (bytes: Buffer, ...more: string[]): ReturnType<typeof start> => {
      const child = start(
        ['put', 'docs', '--part-size', '1MiB', ...options, ...name, ...where, ...more],
        keys,
      )
      child.stdin.on('error', () => undefined)
      Readable.from(bytes.length > 0 ? [bytes] : []).pipe(child.stdin)
      return child
    }
    const what = `round ${round}: ${shape}, then ${next}, ${name.length > 0 ? 'with' : 'without'} a name`
    if (!durations.has(shape)) {
      const started = performance.now()
      await ended(put(patternBytes(size, 999_999), '--name', 'undisturbed'))
      durations.set(shape, performance.now() - started)
    }
    const before = partsCarriedOut(vault)

    const bytes = patternBytes(size, round)
    const killed = put(bytes)
    const killing = ended(killed)
    // It takes about half of the time to start; the kill is to hit the rest.
    const momentMs = (0.3 + 0.8 * Math.random()) * (durations.get(shape) ?? 0)
    setTimeout(() => killed.kill('SIGKILL'), momentMs)
    const first = await killing
    await quiet(vault)
    const sentBefore = partsCarriedOut(vault) - before

    const source = nextSource(bytes, next, round)
    let found: Ended | undefined
    let runs = 0
    for (; found?.code !== 0 && runs < 3; runs++) found = await ended(put(source, '--resume'))
    t.equal(
      found?.code,
      0,
      `${what}: exit 0 after ${runs} runs, killed after ${momentMs} ms: ${found?.stderr}`,
    )
    count(`${first.code === 0 ? 'not killed' : 'killed'}, ${runs} runs`)

    const archiveId = found?.stdout.toString().trim() ?? ''
    const got = await ended(start(['get', ...where, 'docs', '--', archiveId], keys))
    t.ok(got.code === 0 && got.stdout.equals(source), `${what}: the archive is the source`)

    const records: CatalogRecord[] = []
    for await (const record of readCatalog(catalog)) records.push(record)
    const stored = await archivesIn(vault)
    for (const archive of stored) {
      const same = stored.filter((it) => it.size === archive.size && it.treeHash === archive.treeHash)
      const recorded = recordedCount(records, archive)
      t.ok(same.length <= recorded, `${what}: ${same.length} archives of one content, ${recorded} recorded`)
    }
    if (next === 'same' && first.code !== 0 && shape === 'many parts') {
      const sentAfter = partsCarriedOut(vault) - before - sentBefore
      const parts = Math.ceil(size / MIB)
      // An unnamed stream whose first part was not stored is not recognized, and is sent from its beginning.
      const isRecognized = !(found?.stderr ?? '').includes('Starting a new upload')
      if (isRecognized) t.equal(sentBefore + sentAfter, parts, `${what}: every part was sent once`)
    }
    const hashes = new Map<string, string>()
    for (const record of records) {
      if (record.type !== 'archive' || record.treeHash === undefined) continue
      t.equal(
        hashes.get(record.archiveId) ?? record.treeHash,
        record.treeHash,
        `${what}: one hash for one ID`,
      )
      hashes.set(record.archiveId, record.treeHash)
    }
    t.ok(next !== 'same' || treeHashOf(source) === treeHashOf(bytes))
    await vault.close()
  }
  t.comment(JSON.stringify(outcomes))
})
