/** The tree hash of a file in the page cache. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { GIB, MIB, inTurn, path, rateOf, run } from '../harness.mjs'

const SIZE = 4 * GIB

export const title = 'Tree hash'
export const method =
  'Whole processes over a file of 4 GiB in the page cache, read 1 MiB at a time. The floor, `openssl dgst -sha256`, hashes it once from ' +
  "end to end. `TreeHash` and the SDK's run on the event loop; the threads are those of `FileHasher`, which `glacier-pipe hash` uses."

/** @returns {Promise<import('../harness.mjs').Results>} */
export async function measure() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const file = join(dir, 'file')
  const piece = Buffer.alloc(MIB, 1)
  await pipeline(function* () {
    for (let i = 0; i < SIZE / MIB; i++) yield piece
  }, createWriteStream(file))
  const node = (/** @type {string} */ way) => () => run([path('clients/tree-hash.mjs'), way, file])
  const medians = await inTurn({
    TreeHash: node('TreeHash'),
    '@aws-sdk/sha256-tree-hash': node('sdk'),
    'one thread': node('one-thread'),
    'two threads': node('two-threads'),
    'openssl dgst': () => run(['openssl', 'dgst', '-sha256', file], { exec: true }),
  })
  await rm(dir, { recursive: true })
  const rates = Object.entries(medians).map(([name, { seconds }]) => ({ name, rate: rateOf(SIZE, seconds) }))
  const floor = rateOf(SIZE, medians['openssl dgst'].seconds)
  return {
    table: {
      head: ['', 'MiB/s', 'over openssl'],
      rows: rates.map(({ name, rate }) => [name, rate.toFixed(0), (rate / floor).toFixed(2)]),
    },
    chart: {
      unit: 'MiB/s',
      bars: rates.map(({ name, rate }) => ({ label: name, value: rate, ours: /TreeHash|thread/.test(name) })),
    },
    goals: [
      [
        'one thread over openssl',
        'at least 0.95',
        medians['openssl dgst'].seconds / medians['one thread'].seconds,
        (ratio) => ratio >= 0.95,
      ],
      [
        'two threads over one',
        'at least 1.8',
        medians['one thread'].seconds / medians['two threads'].seconds,
        (ratio) => ratio >= 1.8,
      ],
    ],
  }
}
