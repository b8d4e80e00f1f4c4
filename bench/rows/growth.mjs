/** Growth: rates by stream size, part size, concurrency and number of parts; `ls` by size of the catalog. */
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
  '`uploadArchive` from a pipe to the sink, whole processes, 16 MiB parts and 4 requests at once unless a row says otherwise; medians ' +
  'of three runs. The output of `ls` is discarded.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const sink = await serve(path('servers/sink.mjs'))
  /** @type {string[][]} */
  const rows = []
  /** @type {import('../harness.mjs').Chart['bars']} */
  const bars = []
  /**
   * @param {string} variable
   * @param {string} value
   * @param {number} size
   * @param {number} partSize
   * @param {import('../harness.mjs').Environment} more
   */
  const upload = async (variable, value, size, partSize, more = {}) => {
    const env = { ENDPOINT: sink.address, PART_SIZE: partSize, SIZE: size, ...more }
    const once = () => run([path('clients/upload-ours.mjs')], { env, feed: size })
    const { ours } = await inTurn({ ours: once }, RUNS)
    const rate = rateOf(size, ours.seconds)
    rows.push([variable, value, `${rate.toFixed(0)} MiB/s`, `${(ours.peak / MIB).toFixed(0)} MiB`])
    bars.push({ label: `${variable}: ${value}`, value: rate, ours: true })
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
    const { ls } = await inTurn({ ls: () => run([BIN, 'ls', '--catalog', file]) }, RUNS)
    rows.push([
      'ls of a catalog',
      String(count),
      `${ls.seconds.toFixed(2)} s`,
      `${(ls.peak / MIB).toFixed(0)} MiB`,
    ])
  }
  await rm(dir, { recursive: true })
  return { table: { head: ['', '', '', 'peak'], rows }, chart: { unit: 'MiB/s', bars }, goals: [] }
}

/**
 * The lines of a catalog of so many archives, 1000 at once.
 *
 * @param {number} count
 */
function* catalog(count) {
  const common = {
    type: 'archive',
    time: '2026-01-01T00:00:00.000Z',
    region: 'us-east-1',
    vaultName: 'bench',
  }
  for (let at = 0; at < count; at += 1000) {
    let lines = ''
    for (let i = at; i < Math.min(at + 1000, count); i++) {
      const archive = {
        archiveId: String(i).padStart(138, 'x'),
        size: i,
        treeHash: 'f'.repeat(64),
        volume: 1,
      }
      lines += `${JSON.stringify({ ...common, ...archive, description: `srv/backup-${i}.tar.zst` })}\n`
    }
    yield lines
  }
}
