/** Retrievals of 2 GiB: ours, which verifies each range, and GetJobOutput piped into a hash. */
import { GIB, MIB, inTurn, path, rateOf, run, serve } from '../harness.mjs'

const SIZE = 2 * GIB

export const title = 'Retrieve'
export const method =
  'Whole processes, 2 GiB of zeros that are discarded. Ours: `archiveReader`, ranges of 16 MiB, four at once, each verified before a byte ' +
  'of it is handed on. Stock: one GetJobOutput piped into `createHash`, which shows only at the end whether the bytes were right.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const sink = await serve(path('servers/sink.mjs'))
  const env = { ENDPOINT: sink.address, SIZE, BENCH_STALLS: '1' }
  const node = (/** @type {string} */ name) => () => run([path(`clients/retrieve-${name}.mjs`)], { env })
  const medians = await inTurn({ ours: node('ours'), stock: node('stock') })
  await sink.stop()
  const { ours, stock } = medians
  return {
    table: {
      head: ['client', 'MiB/s', 'rate over stock', 'CPU s/GiB', 'peak MiB', 'longest block ms'],
      rows: Object.entries(medians).map(([name, figures]) => [
        name,
        rateOf(SIZE, figures.seconds).toFixed(0),
        (stock.seconds / figures.seconds).toFixed(2),
        (figures.cpu / (SIZE / GIB)).toFixed(2),
        (figures.peak / MIB).toFixed(0),
        figures.stall?.toFixed(1) ?? '',
      ]),
    },
    goals: [['rate over stock', 'at least 0.9', stock.seconds / ours.seconds, (ratio) => ratio >= 0.9]],
  }
}
