/** Uploads of 2 GiB to a sink: ours, the stock loop, boto3 with threads, and the floor. */
import { spawnSync } from 'node:child_process'
import { GIB, MIB, inTurn, path, rateOf, run, serve } from '../harness.mjs'

const SIZE = 2 * GIB

export const title = 'Upload'
export const method =
  'Whole processes, 2 GiB of zeros from a pipe, four requests at once, to a server of its own that reads and answers. Ours: ' +
  '`uploadArchive`. Stock: the loop anyone would write with @aws-sdk/client-glacier and @aws-sdk/sha256-tree-hash. boto3: four ' +
  'threads. Floor: bare `node:http` PUTs of the same bytes, hashed twice on the event loop. The last two rows make their bytes ' +
  'themselves. The longest block of the event loop is taken once all code is loaded.'

export async function measure() {
  const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0
  const sink = await serve(path('servers/sink.mjs'))
  const rows = []
  const found = {}
  const add = (where, medians) => {
    for (const [name, { seconds, cpu, peak, stall }] of Object.entries(medians)) {
      const stock = medians.stock ?? medians.floor
      rows.push({
        where,
        name,
        rate: rateOf(SIZE, seconds),
        ratio: stock.seconds / seconds,
        cpu: cpu / (SIZE / GIB),
        peak: peak / MIB,
        stall,
      })
    }
    found[where] = medians
  }
  for (const part of [1, 16, 64]) {
    const env = { ENDPOINT: sink.address, PART_SIZE: part * MIB, SIZE, BENCH_STALLS: '1' }
    const node = (name) => () => run([path(`clients/upload-${name}.mjs`)], { env, feed: SIZE })
    const boto3 = () => run(['python3', path('clients/upload-boto3.py')], { env, feed: SIZE, exec: true })
    const all = { ours: node('ours'), stock: node('stock'), ...(hasBoto3 && { boto3 }), floor: node('floor') }
    add(`${part} MiB`, await inTurn(all))
  }
  const env = { ENDPOINT: sink.address, PART_SIZE: 16 * MIB, SIZE, SOURCE: 'memory', BENCH_STALLS: '1' }
  const node = (name) => () => run([path(`clients/upload-${name}.mjs`)], { env })
  add('16 MiB, own bytes', await inTurn({ ours: node('ours'), floor: node('floor') }))
  await sink.stop()

  const [small, middle, large, own] = Object.values(found)
  const faster = ({ ours, stock }) => stock.seconds / ours.seconds
  return {
    table: {
      head: ['parts', 'client', 'MiB/s', 'rate over stock', 'CPU s/GiB', 'peak MiB', 'longest block ms'],
      rows: rows.map(({ where, name, rate, ratio, cpu, peak, stall }) => [
        where,
        name,
        rate.toFixed(0),
        where.includes('own') ? '' : ratio.toFixed(2),
        cpu.toFixed(2),
        peak.toFixed(0),
        stall === undefined ? '' : stall.toFixed(1),
      ]),
    },
    chart: {
      unit: 'MiB/s',
      bars: rows.map(({ where, name, rate }) => ({
        label: `${where} · ${name}`,
        value: rate,
        ours: name === 'ours',
      })),
    },
    goals: [
      ['rate over stock, parts of 16 MiB', 'at least 2.0', faster(middle), (it) => it >= 2],
      [
        'CPU over stock, parts of 16 MiB',
        'at most 0.6',
        middle.ours.cpu / middle.stock.cpu,
        (it) => it <= 0.6,
      ],
      ['rate over stock, parts of 64 MiB', 'at least 2.8', faster(large), (it) => it >= 2.8],
      ['CPU over the floor, own bytes', 'at most 1.15', own.ours.cpu / own.floor.cpu, (it) => it <= 1.15],
      ['rate over stock, parts of 1 MiB', 'at least 1.5', faster(small), (it) => it >= 1.5],
      ['longest block, parts of 64 MiB, ms', 'at most 15', large.ours.stall, (it) => it <= 15],
    ],
  }
}
