import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { readCatalog } from '../../lib/catalog/catalog.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import { MIB } from '../../lib/sizes.js'
import { ended, partsIn, serve, start } from '../helpers/command.js'
import { sha256Of } from '../helpers/gather.js'
import { patternBytes, patternSource } from '../helpers/pattern-source.js'

async function recordsOf(file: string): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for await (const record of readCatalog(file)) records.push(record)
  return records
}

/** A vault server with a vault, and how commands reach it. */
async function served(
  test: Test,
  dir: string,
): Promise<{ where: string[]; keys: NodeJS.ProcessEnv; port: string; kill: () => Promise<void> }> {
  const server = await serve(test, join(dir, 'vaults'))
  const where = [
    '--endpoint',
    server.endpoint,
    '--region',
    server.region,
    '--catalog',
    join(dir, 'catalog.jsonl'),
  ]
  await ended(start(['vault', 'create', 'docs', ...where], server.keys))
  const kill = async (): Promise<void> => {
    server.process.kill('SIGKILL')
    await once(server.process, 'exit')
  }
  return { where, keys: server.keys, port: new URL(server.endpoint).port, kill }
}

t.test(
  '10,003 parts of 1 MiB are two archives, and come back as one stream; one archive is refused early',
  async (t) => {
    const dir = t.testdir()
    const { where, keys } = await served(t, dir)
    const size = 10_003 * MIB
    const put = start(['put', 'docs', '--part-size', '1MiB', '--json', ...where], keys)
    const hash = createHash('sha256')
    const tap = new PassThrough().on('data', (chunk: Buffer) => hash.update(chunk))
    const [stored] = await Promise.all([ended(put), pipeline(patternSource(size, MIB), tap, put.stdin)])
    t.match(stored, { code: 0, stderr: /8000 of the 10000 parts .* continues in another archive/ })
    const archives = stored.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    t.match(archives, [
      { parts: 10_000, size: 10_000 * MIB, volume: 1 },
      { parts: 3, size: 3 * MIB, volume: 2, firstVolume: archives[0]?.archiveId },
    ])
    const get = start(['get', ...where, 'docs', '--', String(archives[0]?.archiveId)], keys)
    const exit = once(get, 'close')
    t.equal(await sha256Of(get.stdout), hash.digest('hex'))
    t.strictSame(await exit, [0, null])
    await rm(join(dir, 'vaults', 'vaults', 'docs', 'archives'), { recursive: true })

    const refused = start(['put', 'docs', '--part-size', '1MiB', '--no-volumes', ...where], keys)
    refused.stdin.on('error', () => undefined)
    patternSource(10_200 * MIB, MIB).pipe(refused.stdin)
    t.match(await ended(refused), { code: 3, stderr: /longer than 10000 parts of 1048576 bytes/ })
    const stdin: unknown = refused.stdin
    const bytesWritten = stdin instanceof Socket ? stdin.bytesWritten : Infinity
    t.ok(bytesWritten < 10_010 * MIB, `it was refused before all was read: after ${bytesWritten / MIB} MiB`)
  },
)

t.test('100,000 small records by four processes: every line is whole, and none is lost', async (t) => {
  const dir = t.testdir({
    'writer.mjs': `
      import { Catalog } from ${JSON.stringify(new URL('../../dist/catalog/index.js', import.meta.url).href)}
      const [file, name] = process.argv.slice(2)
      const catalog = await Catalog.open(file)
      const journal = catalog.journal({ region: 'r' })
      for (let i = 0; i < 25_000; i++) {
        await journal.stored({ archiveId: name + i, vaultName: 'v', size: i, hash: 'f'.repeat(64), partSize: 1, parts: 1,
          volume: 1, description: 'x'.repeat(i % 200) }, undefined, false)
      }
      await catalog.close()`,
  })
  const path = join(dir, 'catalog.jsonl')
  const writers = ['a', 'b', 'c', 'd'].map((name) => fork(join(dir, 'writer.mjs'), [path, name]))
  const exits = await Promise.all(writers.map((writer) => once(writer, 'exit')))
  for (const exit of exits) t.strictSame(exit, [0, null])
  const ids = new Set<string>()
  let lines = 0
  for await (const line of createInterface({ input: createReadStream(path) })) {
    ids.add((JSON.parse(line) as { archiveId: string }).archiveId)
    lines++
  }
  t.equal(lines, 100_000)
  t.equal(ids.size, 100_000)
})

t.test('a server that is gone for 20 s is waited for', async (t) => {
  const dir = t.testdir()
  const first = await served(t, dir)
  const bytes = patternBytes(48 * MIB)
  const put = start(['put', 'docs', '--part-size', '1MiB', ...first.where], first.keys)
  put.stdin.write(bytes.subarray(0, 16 * MIB))
  await partsIn(join(dir, 'vaults'), 4)
  const stopped = ended(put)
  await first.kill()
  put.stdin.end(bytes.subarray(16 * MIB))
  await new Promise((resolve) => setTimeout(resolve, 20_000)) // it is what is tested
  await serve(t, join(dir, 'vaults'), first.port)
  const found = await stopped
  t.match(found, { code: 0, stderr: /ECONNREFUSED.*Attempt \d+ follows in \d+ s/ })
  const get = await ended(
    start(['get', ...first.where, 'docs', '--', found.stdout.toString().trim()], first.keys),
  )
  t.ok(get.stdout.equals(bytes))
})

t.test(
  'Ctrl-C at any of 50 moments leaves an archive in the catalog, or an upload that --resume completes',
  async (t) => {
    const dir = t.testdir()
    const { where, keys } = await served(t, dir)
    const catalog = join(dir, 'catalog.jsonl')
    const outcomes = { stored: 0, resumed: 0, nothing: 0 }
    const put = (...more: string[]): ReturnType<typeof start> =>
      start(['put', 'docs', '--part-size', '1MiB', ...more, ...where], keys)

    // How long an undisturbed run takes says when to strike.
    const started = performance.now()
    const undisturbed = put()
    undisturbed.stdin.end(patternBytes(24 * MIB))
    t.match(await ended(undisturbed), { code: 0 })
    const whole = performance.now() - started

    for (let round = 0; round < 50; round++) {
      const size = round % 5 === 4 ? 1000 : 24 * MIB
      const bytes = patternBytes(size, round)
      const before = (await recordsOf(catalog)).length
      const child = put()
      child.stdin.on('error', () => undefined)
      child.stdin.end(bytes)
      const stopping = ended(child)
      setTimeout(() => child.kill('SIGINT'), Math.random() * whole * 1.1)
      const stopped = await stopping
      t.ok([0, 130, null].includes(stopped.code), `round ${round}: exit ${stopped.code}`)
      t.notMatch(stopped.stderr, /\n\s+at /, 'no stack trace')
      const noted = (await recordsOf(catalog)).slice(before)
      const stored = noted.find((record) => record.type === 'archive')
      const begun = noted.find((record) => record.type === 'begun')
      let archiveId = stored?.archiveId
      if (stored) outcomes.stored++
      else if (begun) {
        const again = put('--resume')
        again.stdin.end(bytes)
        const resumed = await ended(again)
        t.match(resumed, { code: 0, stderr: /Resuming the upload |Starting a new upload/ }, `round ${round}`)
        archiveId = resumed.stdout.toString().trim()
        outcomes.resumed++
      } else outcomes.nothing++ // it was stopped before it had begun one
      if (archiveId === undefined) continue
      const get = start(['get', ...where, 'docs', '--', archiveId], keys)
      const exit = once(get, 'close')
      t.equal(
        await sha256Of(get.stdout),
        await sha256Of(Readable.from([bytes])),
        `round ${round}: the archive is right`,
      )
      t.strictSame(await exit, [0, null])
    }
    t.comment(JSON.stringify(outcomes))
    t.ok(outcomes.resumed > 0, 'some were struck in the middle')
  },
)
