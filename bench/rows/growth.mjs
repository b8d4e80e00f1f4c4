/** What grows with what: rates over stream sizes, part sizes, concurrency, numbers of parts; `ls` over catalogs. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BIN, GIB, MIB, inTurn, path, rateOf, run, serve } from '../harness.mjs'

const RUNS = 3

export const title = 'Growth'
export const method =
  '`uploadArchive` from a pipe to the sink, whole processes, 16 MiB parts and 4 requests at once where nothing else is said; medians of ' +
  'three runs. `ls` of a catalog prints to nowhere.'

export async function measure() {
  const sink = await serve(path('servers/sink.mjs'))
  const rows = []
  const bars = []
  const upload = async (what, value, size, partSize, more = {}) => {
    const env = { ENDPOINT: sink.address, PART_SIZE: partSize, SIZE: size, ...more }
    const once = () => run([path('clients/upload-ours.mjs')], { env, feed: size })
    const { it } = await inTurn({ it: once }, RUNS)
    const rate = rateOf(size, it.seconds)
    rows.push([what, value, `${rate.toFixed(0)} MiB/s`, `${(it.peak / MIB).toFixed(0)} MiB`])
    bars.push({ label: `${what}: ${value}`, value: rate, ours: true })
  }
  for (const size of [1, 4, 16]) await upload('stream', `${size} GiB`, size * GIB, 16 * MIB)
  for (const part of [1, 4, 16, 64, 256, 1024]) await upload('part', `${part} MiB`, 2 * GIB, part * MIB)
  for (const atOnce of [1, 2, 4, 8, 16, 32])
    await upload('requests at once', String(atOnce), 2 * GIB, 16 * MIB, { CONCURRENCY: String(atOnce) })
  for (const parts of [1, 10, 100, 1000, 10_000])
    await upload('parts of 1 MiB', String(parts), parts * MIB, MIB)
  await sink.stop()

  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  for (const count of [10, 1000, 100_000, 1_000_000]) {
    const file = join(dir, 'catalog.jsonl')
    await pipeline(Readable.from(catalog(count)), createWriteStream(file))
    const { it } = await inTurn({ it: () => run([BIN, 'ls', '--catalog', file]) }, RUNS)
    rows.push([
      'ls of a catalog',
      String(count),
      `${it.seconds.toFixed(2)} s`,
      `${(it.peak / MIB).toFixed(0)} MiB`,
    ])
  }
  await rm(dir, { recursive: true })
  return { table: { head: ['', '', '', 'peak'], rows }, chart: { unit: 'MiB/s', bars }, goals: [] }
}

function* catalog(count) {
  const place = { type: 'archive', time: '2026-01-01T00:00:00.000Z', region: 'us-east-1', vaultName: 'bench' }
  for (let at = 0; at < count; at += 1000) {
    let lines = ''
    for (let i = at; i < Math.min(at + 1000, count); i++) {
      const archive = {
        archiveId: String(i).padStart(138, 'x'),
        size: i,
        treeHash: 'f'.repeat(64),
        volume: 1,
      }
      lines += `${JSON.stringify({ ...place, ...archive, description: `srv/backup-${i}.tar.zst` })}\n`
    }
    yield lines
  }
}
