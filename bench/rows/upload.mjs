/** Uploads of 2 GiB to a sink: ours, the stock loop, boto3 with threads, and the floor. */
import { spawnSync } from 'node:child_process'
import { GIB, MIB, inTurn, path, rateOf, run, serve } from '../harness.mjs'

const SIZE = 2 * GIB

export const title = 'Upload'
export const method =
  'Whole processes, 2 GiB of zeros from a pipe, four requests at once, to a server of its own that reads and answers. Ours: ' +
  '`uploadArchive`. Stock: the loop anyone would write with @aws-sdk/client-glacier and @aws-sdk/sha256-tree-hash. boto3: four ' +
  'threads. Floor: bare `node:http` PUTs of the same bytes, hashed twice on the event loop. The clients of the last two rows ' +
  'make the bytes themselves. The longest block of the event loop is measured after all code is loaded.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0
  const sink = await serve(path('servers/sink.mjs'))
  /** @type {string[][]} */
  const rows = []
  /** @type {import('../harness.mjs').Chart['bars']} */
  const bars = []
  /**
   * Adds a row and a bar for each client.
   *
   * @param {string} parts
   * @param {Record<string, import('../harness.mjs').Figures>} medians
   * @param {import('../harness.mjs').Figures} [stock]
   */
  const add = (parts, medians, stock) => {
    for (const [name, { seconds, cpu, peak, stall }] of Object.entries(medians)) {
      const rate = rateOf(SIZE, seconds)
      rows.push([
        parts,
        name,
        rate.toFixed(0),
        stock === undefined ? '' : (stock.seconds / seconds).toFixed(2),
        (cpu / (SIZE / GIB)).toFixed(2),
        (peak / MIB).toFixed(0),
        stall?.toFixed(1) ?? '',
      ])
      bars.push({ label: `${parts} · ${name}`, value: rate, ours: name === 'ours' })
    }
  }
  const fromPipe = async (/** @type {number} */ part) => {
    const env = { ENDPOINT: sink.address, PART_SIZE: part * MIB, SIZE, BENCH_STALLS: '1' }
    const node = (/** @type {string} */ name) => () =>
      run([path(`clients/upload-${name}.mjs`)], { env, feed: SIZE })
    const boto3 = () => run(['python3', path('clients/upload-boto3.py')], { env, feed: SIZE, exec: true })
    /** @type {Record<'ours' | 'stock' | 'floor', () => Promise<import('../harness.mjs').Figures>>} */
    const all = { ours: node('ours'), stock: node('stock'), ...(hasBoto3 && { boto3 }), floor: node('floor') }
    const medians = await inTurn(all)
    add(`${part} MiB`, medians, medians.stock)
    return medians
  }
  const small = await fromPipe(1)
  const middle = await fromPipe(16)
  const large = await fromPipe(64)
  const env = { ENDPOINT: sink.address, PART_SIZE: 16 * MIB, SIZE, SOURCE: 'memory', BENCH_STALLS: '1' }
  const node = (/** @type {string} */ name) => () => run([path(`clients/upload-${name}.mjs`)], { env })
  const own = await inTurn({ ours: node('ours'), floor: node('floor') })
  add('16 MiB, own bytes', own)
  await sink.stop()

  const faster = (/** @type {typeof small} */ { ours, stock }) => stock.seconds / ours.seconds
  return {
    table: {
      head: ['parts', 'client', 'MiB/s', 'rate over stock', 'CPU s/GiB', 'peak MiB', 'longest block ms'],
      rows,
    },
    chart: { unit: 'MiB/s', bars },
    goals: [
      ['rate over stock, parts of 16 MiB', 'at least 2.0', faster(middle), (ratio) => ratio >= 2],
      [
        'CPU over stock, parts of 16 MiB',
        'at most 0.6',
        middle.ours.cpu / middle.stock.cpu,
        (ratio) => ratio <= 0.6,
      ],
      ['rate over stock, parts of 64 MiB', 'at least 2.8', faster(large), (ratio) => ratio >= 2.8],
      [
        'CPU over the floor, own bytes',
        'at most 1.15',
        own.ours.cpu / own.floor.cpu,
        (ratio) => ratio <= 1.15,
      ],
      ['rate over stock, parts of 1 MiB', 'at least 1.5', faster(small), (ratio) => ratio >= 1.5],
      ['longest block, parts of 64 MiB, ms', 'at most 15', large.ours.stall ?? NaN, (ms) => ms <= 15],
    ],
  }
}
