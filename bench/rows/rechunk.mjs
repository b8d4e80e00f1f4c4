/** Re-chunkers in a pipeline whose source is memory and whose sink discards the parts. */
import { MIB, inTurn, path, run } from '../harness.mjs'

const KIB = 1024
const WRITES = [512, 10 * KIB, 64 * KIB, MIB]
const PARTS = [MIB, 16 * MIB, 64 * MIB, 1024 * MIB]
/**
 * Larger parts are not given to the others, whose time grows with the square of the part size: stream-chunker's always,
 * block-stream2's in small writes.
 */
const SLOW_PART = 16 * MIB

export const title = 'Re-chunking'
export const method =
  'MiB/s of a pipeline from memory through the re-chunker to a sink that discards the parts; a process for each run, of 0.5 to 8 GiB and at least two parts. ' +
  'stream-chunker and, in writes of 512 B, block-stream2 take time that grows with the square of the part size: they are given parts ' +
  'of at most 16 MiB, and stream-chunker two of them.'

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  /** @type {Map<string, Record<string, { rate: number }>>} */
  const rates = new Map()
  for (const write of WRITES) {
    for (const part of PARTS) {
      const isTiny = write === WRITES[0]
      const total = Math.max(2 * part, isTiny ? 512 * MIB : 2048 * MIB)
      const contender = (/** @type {string} */ name, /** @type {number} */ bytes) => async () => {
        const { output } = await run([path('clients/rechunk.mjs'), name, part, write, bytes])
        return { rate: Number(output) }
      }
      const isQuick = part <= SLOW_PART
      /** @type {Record<string, () => Promise<{ rate: number }>>} */
      const all = {
        rechunk: contender('rechunk', total),
        'rechunk, memory used again': contender('rechunk, memory used again', isTiny ? total : 4 * total),
        ...((isQuick || !isTiny) && { 'block-stream2': contender('block-stream2', total) }),
        ...(isQuick && !isTiny && { 'stream-chunker': contender('stream-chunker', 2 * part) }),
      }
      rates.set(`${write} ${part}`, await inTurn(all))
    }
  }
  const names = ['rechunk', 'rechunk, memory used again', 'block-stream2', 'stream-chunker']
  /**
   * The rate of a contender; undefined if it was not measured with these sizes.
   *
   * @param {number} write
   * @param {number} part
   * @param {string} name
   */
  const rateAt = (write, part, name) => rates.get(`${write} ${part}`)?.[name]?.rate
  const of64 = PARTS.map((part) => rateAt(64 * KIB, part, 'rechunk, memory used again') ?? NaN)
  const flatness = Math.max(...of64) / Math.min(...of64)
  const behind = (/** @type {string} */ name) =>
    PARTS.flatMap((part) => WRITES.map((write) => ({ write, part }))).filter(
      ({ write, part }) => (rateAt(write, part, name) ?? NaN) < (rateAt(write, part, 'block-stream2') ?? 0),
    ).length
  return {
    table: {
      head: ['write', 'part MiB', ...names],
      rows: WRITES.flatMap((write) =>
        PARTS.map((part) => [
          write < KIB ? `${write} B` : write < MIB ? `${write / KIB} KiB` : '1 MiB',
          String(part / MIB),
          ...names.map((name) => rateAt(write, part, name)?.toFixed(0) ?? ''),
        ]),
      ),
    },
    chart: {
      unit: 'MiB/s, writes of 64 KiB',
      bars: PARTS.flatMap((part) =>
        names.flatMap((name) => {
          const value = rateAt(64 * KIB, part, name)
          if (value === undefined) return []
          return [{ label: `${part / MIB} MiB · ${name}`, value, ours: name.startsWith('rechunk') }]
        }),
      ),
    },
    goals: [
      [
        'MiB/s, writes of 64 KiB, minimum of all part sizes',
        'at least 3072',
        Math.min(...of64),
        (rate) => rate >= 3072,
      ],
      ['fastest part size over slowest, writes of 64 KiB', 'at most 2', flatness, (ratio) => ratio <= 2],
      [
        'MiB/s, writes of 512 B, parts of 16 MiB',
        'at least 250',
        rateAt(512, 16 * MIB, 'rechunk') ?? NaN,
        (rate) => rate >= 250,
      ],
      ...['rechunk, memory used again', 'rechunk'].map(
        (name) =>
          /** @type {import('../harness.mjs').Goal} */ ([
            `pairs of sizes at which block-stream2 is faster than ${name}`,
            '0',
            behind(name),
            (count) => count === 0,
          ]),
      ),
    ],
  }
}
