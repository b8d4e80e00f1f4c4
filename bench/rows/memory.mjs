/** Peak memory of `put` by memory budget and size. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BIN, GIB, MIB, median, path, run, serve } from '../harness.mjs'

const BUDGETS = [64, 256, 1024]
const SIZES = [1, 16]
const RUNS = 3

export const title = 'Memory'
export const method =
  '`glacier-pipe put` from a pipe, parts of an eighth of the budget, eight of which are held, so the budget is used up. 1 GiB: ' +
  'medians of three runs; 16 GiB: one run. Over: the memory that the process takes in addition to the budget.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const sink = await serve(path('servers/sink.mjs'))
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const env = { AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'secret' }
  const where = ['--endpoint', sink.address, '--region', 'us-east-1', '--catalog', join(dir, 'catalog')]
  const rows = []
  for (const budget of BUDGETS) {
    for (const size of SIZES) {
      const args = [
        'put',
        'bench',
        '--quiet',
        '--memory',
        `${budget}MiB`,
        '--part-size',
        `${budget / 8}MiB`,
        ...where,
      ]
      const peaks = []
      for (let i = 0; i < (size > 1 ? 1 : RUNS); i++)
        peaks.push((await run([BIN, ...args], { env, feed: size * GIB })).peak / MIB)
      rows.push({ budget, size, peak: median(peaks) })
    }
  }
  await sink.stop()
  await rm(dir, { recursive: true })
  const maxOver = Math.max(...rows.map(({ budget, peak }) => peak - budget))
  return {
    table: {
      head: ['budget MiB', 'stream GiB', 'peak MiB', 'over'],
      rows: rows.map(({ budget, size, peak }) =>
        [budget, size, peak.toFixed(0), (peak - budget).toFixed(0)].map(String),
      ),
    },
    goals: [['maximum of peak over the budget, MiB', 'at most 80', maxOver, (mib) => mib <= 80]],
  }
}
