/** Uploads to a bucket that stores nothing: ours, lib-storage, the aws CLI and the floor; and peak memory by length. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
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
/** A folder with node_modules that has @aws-sdk/lib-storage, which this package does not depend on. */
const MODULES = process.env.BENCH_MODULES ?? path('..')
const CONCURRENCY = 4

export const title = 'Upload to a bucket'
export const method =
  `Whole processes, ${SIZE / GIB} GiB of zeros from a pipe, ${CONCURRENCY} requests at once, to a server of its own that ` +
  'reads and answers as S3 does. Ours: `uploadArchive` with an `s3Store`. lib-storage: `Upload` of @aws-sdk/lib-storage, if ' +
  '`BENCH_MODULES` names a folder that has it. aws: `aws s3 cp -`, if it is installed. Floor: bare `node:http` PUTs of the ' +
  'same bytes, hashed once on the event loop. Ratios are medians of the ratios of each round. Streams of other lengths: ours, one run each.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const sink = await serve(path('servers/s3-sink.mjs'))
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const hasUpload = canResolve('@aws-sdk/lib-storage')
  const hasAws = ['python3', 'aws'].every((command) => spawnSync(command, ['--version']).status === 0)
  if (!hasUpload)
    console.log(`@aws-sdk/lib-storage is not in ${MODULES}: skipped. BENCH_MODULES names another folder.`)
  if (!hasAws) console.log('The aws CLI is not installed: skipped.')
  /** @type {string[][]} */
  const rows = []
  /** @type {import('../harness.mjs').Chart['bars']} */
  const bars = []
  /** @type {import('../harness.mjs').Goal[]} */
  const goals = []
  for (const part of PARTS) {
    const env = { ENDPOINT: sink.address, PART_SIZE: part * MIB, SIZE, CONCURRENCY, MODULES, HASHES: 1 }
    const node = (/** @type {string} */ name) => () => run([path(`clients/${name}.mjs`)], { env, feed: SIZE })
    const aws = await awsCopy(dir, sink.address, part)
    /** @type {Record<string, () => Promise<Figures>>} */
    const contenders = {
      ours: node('s3-ours'),
      ...(hasUpload && { 'lib-storage': node('s3-lib-storage') }),
      ...(hasAws && { aws }),
      floor: node('upload-floor'),
    }
    const figures = await inRounds(contenders)
    for (const name of Object.keys(figures[0] ?? {})) {
      const of = (/** @type {'seconds' | 'cpu' | 'peak'} */ what) =>
        median(figures.map((round) => round[name]?.[what] ?? NaN))
      const over = (/** @type {string} */ base, /** @type {'cpu' | 'rate'} */ what) =>
        ratioOf(figures, name, base, what)
      const rate = rateOf(SIZE, of('seconds'))
      rows.push([
        `${part} MiB`,
        name,
        rate.toFixed(0),
        textOf(over('lib-storage', 'rate')),
        textOf(over('floor', 'rate')),
        textOf(over('lib-storage', 'cpu')),
        textOf(over('floor', 'cpu')),
        (of('cpu') / (SIZE / GIB)).toFixed(2),
        (of('peak') / MIB).toFixed(0),
      ])
      bars.push({ label: `${part} MiB · ${name}`, value: rate, ours: name === 'ours' })
    }
    const parts = `parts of ${part} MiB`
    const ours = (/** @type {string} */ base, /** @type {'cpu' | 'rate'} */ what) =>
      ratioOf(figures, 'ours', base, what)
    if (hasUpload)
      goals.push([
        `CPU over lib-storage, ${parts}`,
        'at most 0.8',
        ours('lib-storage', 'cpu'),
        (ratio) => ratio <= 0.8,
      ])
    goals.push([
      `rate over the floor, ${parts}`,
      'at least 0.9',
      ours('floor', 'rate'),
      (ratio) => ratio >= 0.9,
    ])
  }
  /** @type {number[]} */
  const peaks = []
  for (const gib of STREAM_GIB) {
    const env = { ENDPOINT: sink.address, PART_SIZE: STREAM_PART * MIB, CONCURRENCY }
    const { seconds, cpu, peak } = await run([path('clients/s3-ours.mjs')], { env, feed: gib * GIB })
    const rate = rateOf(gib * GIB, seconds).toFixed(0)
    const figures = [(cpu / gib).toFixed(2), (peak / MIB).toFixed(0)]
    rows.push([`${STREAM_PART} MiB, ${gib} GiB`, 'ours', rate, '', '', '', '', ...figures])
    peaks.push(peak)
  }
  const [first = NaN, ...longer] = peaks
  const growth = Math.max(first, ...longer) / first
  goals.push([
    `growth of the peak to ${STREAM_GIB.at(-1)} GiB`,
    'at most 1.25',
    growth,
    (ratio) => ratio <= 1.25,
  ])
  await sink.stop()
  await rm(dir, { recursive: true })
  return {
    table: {
      head: [
        'parts',
        'client',
        'MiB/s',
        'rate over lib-storage',
        'over floor',
        'CPU over lib-storage',
        'over floor',
        'CPU s/GiB',
        'peak MiB',
      ],
      rows,
    },
    chart: { unit: 'MiB/s', bars },
    goals,
  }
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

/** @param {string} name - of a package */
function canResolve(name) {
  try {
    createRequire(join(MODULES, 'bench.cjs')).resolve(name)
    return true
  } catch {
    return false
  }
}
