/** Uploads to a bucket that stores nothing: ours, lib-storage, the aws CLI and the floor; and peak memory by length. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GIB, MIB, inRounds, median, path, rateOf, run, serve } from '../harness.mjs'

/** @typedef {import('../harness.mjs').Figures} Figures */

const SIZE = Number(process.env.BENCH_S3_MIB ?? 2048) * MIB
/** Sizes of the streams whose peak memory is measured. */
const STREAM_GIB = (process.env.BENCH_S3_STREAM_GIB ?? '1,4,16').split(',').map(Number)
const PARTS = [8, 16, 64]
/** The part size of the long streams, in MiB. */
const STREAM_PART = 16
const CONCURRENCY = 4

const HEAD = [
  'parts',
  'client',
  'MiB/s',
  'rate over lib-storage',
  'rate over floor',
  'CPU over lib-storage',
  'CPU over floor',
  'CPU s/GiB',
  'peak MiB',
]

export const title = 'Upload to a bucket'
export const method =
  `Whole processes, ${SIZE / GIB} GiB of zeros from a pipe, ${CONCURRENCY} requests at once, to a server of its own that ` +
  'reads and answers as S3 does. Ours: `uploadArchive` with an `s3Store`. lib-storage: `Upload` of @aws-sdk/lib-storage. ' +
  'aws: `aws s3 cp -`, if it is installed. Floor: bare `node:http` PUTs of the ' +
  'same bytes, hashed once on the event loop. Ratios are medians of the ratios of each round. Streams of other lengths: ours, one run each.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const sink = await serve(path('servers/s3-sink.mjs'))
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const rows = []
  /** @type {import('../harness.mjs').Chart['bars']} */
  const bars = []
  /** @type {import('../harness.mjs').Goal[]} */
  const goals = []
  for (const part of PARTS) {
    const rounds = await inRounds(await contendersFor(sink.address, dir, part))
    for (const name of Object.keys(rounds[0] ?? {})) {
      const { rate, cells } = summaryOf(rounds, name)
      rows.push([`${part} MiB`, name, ...cells])
      bars.push({ label: `${part} MiB · ${name}`, value: rate, ours: name === 'ours' })
    }
    const ofCpu = ratioOf(rounds, 'ours', 'lib-storage', 'cpu')
    const ofRate = ratioOf(rounds, 'ours', 'floor', 'rate')
    goals.push([
      `CPU over lib-storage, bucket, parts of ${part} MiB`,
      'at most 0.8',
      ofCpu,
      (ratio) => ratio <= 0.8,
    ])
    goals.push([
      `rate over the floor, bucket, parts of ${part} MiB`,
      'at least 0.9',
      ofRate,
      (ratio) => ratio >= 0.9,
    ])
  }
  const streams = await streamsTo(sink.address)
  rows.push(...streams.rows)
  goals.push([
    `peak over that of ${STREAM_GIB[0]} GiB, bucket, to ${STREAM_GIB.at(-1)} GiB`,
    'at most 1.25',
    streams.growth,
    (ratio) => ratio <= 1.25,
  ])
  await sink.stop()
  await rm(dir, { recursive: true })
  return { table: { head: HEAD, rows }, chart: { unit: 'MiB/s', bars }, goals }
}

/**
 * The contenders that are installed, by name.
 *
 * @param {string} endpoint
 * @param {string} dir - for the configuration of the aws CLI
 * @param {number} part - MiB
 * @returns {Promise<Record<string, () => Promise<Figures>>>}
 */
async function contendersFor(endpoint, dir, part) {
  const env = { ENDPOINT: endpoint, PART_SIZE: part * MIB, SIZE, CONCURRENCY, HASHES: 1 }
  const node = (/** @type {string} */ name) => () => run([path(`clients/${name}.mjs`)], { env, feed: SIZE })
  const hasAws = ['python3', 'aws'].every((command) => spawnSync(command, ['--version']).status === 0)
  if (!hasAws) console.log('aws s3 cp is skipped: the aws CLI is not installed.')
  return {
    ours: node('s3-ours'),
    'lib-storage': node('s3-lib-storage'),
    ...(hasAws && { aws: await awsCopy(dir, endpoint, part) }),
    floor: node('upload-floor'),
  }
}

/**
 * The rate of a contender in MiB/s, and its cells of the table from the rate on.
 *
 * @param {Record<string, Figures>[]} rounds
 * @param {string} name
 */
function summaryOf(rounds, name) {
  const medianOf = (/** @type {'seconds' | 'cpu' | 'peak'} */ what) =>
    median(rounds.map((round) => round[name]?.[what] ?? NaN))
  const rate = rateOf(SIZE, medianOf('seconds'))
  const ratios = /** @type {const} */ (['rate', 'cpu']).flatMap((what) =>
    ['lib-storage', 'floor'].map((base) => textOf(ratioOf(rounds, name, base, what))),
  )
  const [cpu, peak] = [medianOf('cpu') / (SIZE / GIB), medianOf('peak') / MIB]
  return { rate, cells: [rate.toFixed(0), ...ratios, cpu.toFixed(2), peak.toFixed(0)] }
}

/**
 * Streams of several lengths, one run each.
 *
 * @param {string} endpoint
 * @returns {Promise<{ rows: string[][], growth: number }>} growth: the highest peak over that of the first length
 */
async function streamsTo(endpoint) {
  const rows = []
  const peaks = []
  for (const gib of STREAM_GIB) {
    const env = { ENDPOINT: endpoint, PART_SIZE: STREAM_PART * MIB, CONCURRENCY }
    const { seconds, cpu, peak } = await run([path('clients/s3-ours.mjs')], { env, feed: gib * GIB })
    const rate = rateOf(gib * GIB, seconds).toFixed(0)
    const figures = [(cpu / gib).toFixed(2), (peak / MIB).toFixed(0)]
    rows.push([`${STREAM_PART} MiB, ${gib} GiB`, 'ours', rate, '', '', '', '', ...figures])
    peaks.push(peak)
  }
  return { rows, growth: Math.max(...peaks) / (peaks[0] ?? NaN) }
}

/**
 * The median of the ratios of each round; NaN if one of the two did not run.
 *
 * @param {Record<string, Figures>[]} rounds
 * @param {string} name
 * @param {string} base
 * @param {'cpu' | 'rate'} what
 */
function ratioOf(rounds, name, base, what) {
  return median(
    rounds.map((round) => {
      const [one, other] = [round[name], round[base]]
      if (!one || !other) return NaN
      return what === 'cpu' ? one.cpu / other.cpu : other.seconds / one.seconds
    }),
  )
}

/** @param {number} ratio */
function textOf(ratio) {
  return Number.isNaN(ratio) ? '' : ratio.toFixed(2)
}

/**
 * A run of `aws s3 cp`, with the part size and the number of requests of the others.
 *
 * @param {string} dir - for its configuration
 * @param {string} endpoint
 * @param {number} part - MiB
 */
async function awsCopy(dir, endpoint, part) {
  const config = join(dir, `config-${part}`)
  const s3 = [
    `multipart_chunksize = ${part}MB`,
    `max_concurrent_requests = ${CONCURRENCY}`,
    'addressing_style = path',
  ]
  await writeFile(config, `[default]\nregion = us-east-1\ns3 =\n  ${s3.join('\n  ')}\n`)
  const env = { AWS_CONFIG_FILE: config, AWS_ACCESS_KEY_ID: 'AKIABENCH', AWS_SECRET_ACCESS_KEY: 'secret' }
  const copy = [
    'aws',
    '--endpoint-url',
    endpoint,
    's3',
    'cp',
    '-',
    's3://bench/archive',
    '--expected-size',
    SIZE,
  ]
  return () => run(['python3', path('clients/measured.py'), ...copy], { env, feed: SIZE, exec: true })
}
