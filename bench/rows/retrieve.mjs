/** Retrievals of 2 GiB: ours, each range verified, and GetJobOutput piped into a hash. */
import { GIB, MIB, inTurn, path, rateOf, run, serve } from '../harness.mjs'

const SIZE = 2 * GIB

export const title = 'Retrieve'
export const method =
  'Whole processes, 2 GiB of zeros to nowhere. Ours: `archiveReader`, ranges of 16 MiB, four at once, each verified before a byte of it ' +
  'is handed on. Stock: one GetJobOutput piped into `createHash`, which knows at the end whether the whole was right.'

export async function measure() {
  const sink = await serve(path('servers/sink.mjs'))
  const env = { ENDPOINT: sink.address, SIZE, BENCH_STALLS: '1' }
  const node = (name) => () => run([path(`clients/retrieve-${name}.mjs`)], { env })
  const medians = await inTurn({ ours: node('ours'), stock: node('stock') })
  await sink.stop()
  const { ours, stock } = medians
  return {
    table: {
      head: ['client', 'MiB/s', 'rate over stock', 'CPU s/GiB', 'peak MiB', 'longest block ms'],
      rows: Object.entries(medians).map(([name, it]) => [
        name,
        rateOf(SIZE, it.seconds).toFixed(0),
        (stock.seconds / it.seconds).toFixed(2),
        (it.cpu / (SIZE / GIB)).toFixed(2),
        (it.peak / MIB).toFixed(0),
        it.stall.toFixed(1),
      ]),
    },
    goals: [['rate over stock', 'at least 0.9', stock.seconds / ours.seconds, (it) => it >= 0.9]],
  }
}
