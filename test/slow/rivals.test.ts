/**
 * Two commands at once, started at 50 random offsets from each other: either both succeed with their own bytes, or one
 * is refused and has changed nothing.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { readCatalog } from '../../lib/catalog/catalog.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import type { LocalVault } from '../../lib/local/index.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import { ended, start, type Ended } from '../helpers/command.js'
import { settled } from '../helpers/gate.js'
import { localVaultFor } from '../helpers/local-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'

const OFFSETS = 50
/** Milliseconds: about what a command takes. */
const SPREAD_MS = 800

interface World {
  readonly vault: LocalVault
  readonly catalog: string
  readonly where: string[]
  readonly keys: NodeJS.ProcessEnv
}

async function worldIn(test: Test, dir: string): Promise<World> {
  const vault = await localVaultFor(test, { dir, createVaults: true })
  const catalog = join(dir, 'catalog.jsonl')
  const { accessKeyId, secretAccessKey } = vault.credentials
  return {
    vault,
    catalog,
    where: ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog],
    keys: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
  }
}

function put({ where, keys }: World, bytes: Buffer, ...more: string[]): ReturnType<typeof start> {
  const child = start(['put', 'docs', '--part-size', '1MiB', ...where, ...more], keys)
  child.stdin.on('error', () => undefined)
  Readable.from([bytes]).pipe(child.stdin)
  return child
}

/** Runs two commands, the second a while after the first; in either order. */
async function both(
  first: () => ReturnType<typeof start>,
  second: () => ReturnType<typeof start>,
  offsetMs: number,
): Promise<[Ended, Ended]> {
  const early = ended(offsetMs >= 0 ? first() : second())
  await new Promise((resolve) => setTimeout(resolve, Math.abs(offsetMs))) // the offset is what is tested
  const late = ended(offsetMs >= 0 ? second() : first())
  const [a, b] = await Promise.all([early, late])
  return offsetMs >= 0 ? [a, b] : [b, a]
}

async function recordsOf(file: string): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for await (const record of readCatalog(file)) records.push(record)
  return records
}

/** Leaves an upload that a killed process had begun, with some parts. */
async function leaveUpload(world: World, bytes: Buffer, ...more: string[]): Promise<void> {
  const { vault, where, keys } = world
  const child = start(['put', 'docs', '--part-size', '1MiB', ...where, ...more], keys)
  child.stdin.on('error', () => undefined)
  child.stdin.write(bytes.subarray(0, 4 * MIB))
  while (vault.traffic.of('UploadMultipartPart').carriedOut < 3) await settled(1)
  child.kill('SIGKILL')
  await ended(child)
  while (Object.values(vault.traffic.all()).some(({ underWay }) => underWay > 0)) await settled(1)
}

t.test(`two put --resume with different data at ${OFFSETS} offsets`, async (t) => {
  const outcomes: Record<string, number> = {}
  for (let round = 0; round < OFFSETS; round++) {
    const name = round % 2 === 0 ? ['--name', 'stream'] : []
    const world = await worldIn(t, join(t.testdirName, String(round)))
    const one = patternBytes(6 * MIB + 5, round)
    const other = Buffer.from(one) // begins as the first, so that both mean the upload that is left
    other.writeUInt8(other.readUInt8(5 * MIB) ^ 1, 5 * MIB)
    await leaveUpload(world, one, ...name)
    const offsetMs = (Math.random() * 2 - 1) * SPREAD_MS
    const found = await both(
      () => put(world, one, '--resume', ...name),
      () => put(world, other, '--resume', ...name),
      offsetMs,
    )
    const what = `round ${round}, ${offsetMs} ms, ${name.length > 0 ? 'named' : 'unnamed'}`
    t.ok(
      found.some(({ code }) => code === 0),
      `${what}: one succeeds at least: ${found.map(({ stderr }) => stderr).join()}`,
    )
    for (const [i, { code, stdout, stderr }] of found.entries()) {
      const bytes = i === 0 ? one : other
      if (code === 0) {
        const got = await ended(
          start(['get', ...world.where, 'docs', '--', stdout.toString().trim()], world.keys),
        )
        t.ok(got.stdout.equals(bytes), `${what}: its own bytes`)
      } else {
        t.equal(code, 1, `${what}: ${stderr}`)
        t.match(stderr, /is owned by process \d+ on \S+ since \S+Z\. Nothing was changed/, what)
        t.equal(stdout.toString(), '')
      }
    }
    const archives = (await recordsOf(world.catalog)).filter((record) => record.type === 'archive')
    t.equal(archives.length, found.filter(({ code }) => code === 0).length, `${what}: one record for each`)
    const folder = join(world.vault.dir, 'vaults', 'docs', 'archives')
    const hashes: string[] = []
    for (const id of await readdir(folder)) {
      const archive = await readFile(join(folder, id, 'archive.json'), 'utf8')
      hashes.push((JSON.parse(archive) as { treeHash: string }).treeHash)
    }
    const expected = [one, other]
      .filter((_bytes, i) => found[i]?.code === 0)
      .map((bytes) => treeHashOf(bytes))
    t.strictSame(hashes.sort(), expected.sort(), `${what}: what is stored is what was reported`)
    const codes = found.map(({ code }) => code).join(' and ')
    outcomes[codes] = (outcomes[codes] ?? 0) + 1
    await world.vault.close()
  }
  t.comment(JSON.stringify(outcomes))
})

t.test(`two get -o of different archives to one path at ${OFFSETS} offsets`, async (t) => {
  const world = await worldIn(t, t.testdir())
  const contents = [patternBytes(20 * MIB + 1, 1), patternBytes(20 * MIB + 1, 2)]
  const ids: string[] = []
  for (const bytes of contents) ids.push((await ended(put(world, bytes))).stdout.toString().trim())
  const outcomes: Record<string, number> = {}
  for (let round = 0; round < OFFSETS; round++) {
    const file = join(t.testdirName, `out${round}`)
    if (round % 3 === 0) await writeFile(file, 'what was there before')
    const get = (i: number) => (): ReturnType<typeof start> =>
      start(['get', '-o', file, ...world.where, 'docs', '--', ids[i] ?? ''], world.keys)
    const offsetMs = (Math.random() * 2 - 1) * SPREAD_MS
    const found = await both(get(0), get(1), offsetMs)
    const what = `round ${round}, ${offsetMs} ms`
    t.ok(
      found.some(({ code }) => code === 0),
      `${what}: one succeeds at least: ${found.map(({ stderr }) => stderr).join()}`,
    )
    const left = await readFile(file)
    const winners = contents.filter((_bytes, i) => found[i]?.code === 0)
    t.ok(
      winners.some((bytes) => left.equals(bytes)),
      `${what}: the file has the bytes of one that succeeded`,
    )
    for (const { code, stderr } of found)
      if (code !== 0) t.match({ code, stderr }, { code: 1, stderr: /is owned by process \d+/ }, what)
    const beside = (await readdir(t.testdirName)).filter((name) => name.startsWith(`out${round}.`))
    t.strictSame(beside, [], `${what}: nothing is left beside it`)
    const codes = found.map(({ code }) => code).join(' and ')
    outcomes[codes] = (outcomes[codes] ?? 0) + 1
  }
  t.comment(JSON.stringify(outcomes))
})
