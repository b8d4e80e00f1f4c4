/** Retrievals of an object of a bucket: ours, which verifies each part, and a GetObject that nothing verifies. */
import { GIB, MIB, inRounds, median, path, rateOf, run, serve } from '../harness.mjs'

/** @typedef {import('../harness.mjs').Figures} Figures */

const SIZE = Number(process.env.BENCH_S3_MIB ?? 2048) * MIB
const PARTS = [8, 16, 64]
/** The rate of the sender, in MiB/s. */
const PACE = 300
const CONCURRENCY = 4

export const title = 'Retrieve from a bucket'
export const method =
  `Whole processes, ${SIZE / GIB} GiB of zeros that are discarded, from a server that sends ${PACE} MiB/s in all. Ours: ` +
  `\`retrieveArchive\` with an \`s3Store\`, part by part, ${CONCURRENCY} at once, each verified by its SHA-256 before a byte of it is handed on. ` +
  'Stock: one GetObject of @aws-sdk/client-s3, which nothing verifies. Ratios are medians of the ratios of each round.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const rows = []
  /** @type {import('../harness.mjs').Goal[]} */
  const goals = []
  for (const part of PARTS) {
    const sender = await serve(path('servers/s3-source.mjs'), String(part * MIB), String(PACE * MIB))
    const env = { ENDPOINT: sender.address, SIZE, CONCURRENCY }
    const client = (/** @type {string} */ name) => () => run([path(`clients/s3-get-${name}.mjs`)], { env })
    const rounds = await inRounds({ ours: client('ours'), stock: client('stock') })
    await sender.stop()
    for (const name of /** @type {const} */ (['ours', 'stock'])) {
      const medianOf = (/** @type {(figures: Figures) => number} */ figure) =>
        median(rounds.map((round) => figure(round[name])))
      const cells = [
        rateOf(
          SIZE,
          medianOf(({ seconds }) => seconds),
        ).toFixed(0),
        median(rounds.map((round) => round.stock.seconds / round[name].seconds)).toFixed(2),
        medianOf(({ cpu }) => cpu / (SIZE / GIB)).toFixed(2),
        medianOf(({ peak }) => peak / MIB).toFixed(0),
      ]
      rows.push([`${part} MiB`, name, ...cells])
    }
    const ratio = median(rounds.map(({ ours, stock }) => stock.seconds / ours.seconds))
    goals.push([
      `rate over an unverified GetObject, bucket, parts of ${part} MiB`,
      'at least 0.95',
      ratio,
      (value) => value >= 0.95,
    ])
  }
  return {
    table: { head: ['parts', 'client', 'MiB/s', 'rate over stock', 'CPU s/GiB', 'peak MiB'], rows },
    goals,
  }
}
