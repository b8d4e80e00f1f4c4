/** The tree hash of a file in the page cache. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { GIB, MIB, inTurn, path, rateOf, run } from '../harness.mjs'

const SIZE = 2 * GIB

export const title = 'Tree hash'
export const method =
  'Whole processes over a file of 2 GiB in the page cache. The floor, `openssl dgst -sha256`, hashes it once from end to end. ' +
  'One thread: `TreeHash` on the event loop; threads: bytes in shared memory, hashed by one and by two.'

export async function measure() {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'))
  const file = join(dir, 'file')
  const piece = Buffer.alloc(MIB, 1)
  await pipeline(function* () {
    for (let i = 0; i < SIZE / MIB; i++) yield piece
  }, createWriteStream(file))
  const node = (way) => () => run([path('clients/tree-hash.mjs'), way, file])
  const medians = await inTurn({
    TreeHash: node('ours'),
    '@aws-sdk/sha256-tree-hash': node('sdk'),
    'a thread of its own': node('one-thread'),
    'two threads': node('two-threads'),
    'openssl dgst': () => run(['openssl', 'dgst', '-sha256', file], { exec: true }),
  })
  await rm(dir, { recursive: true })
  const rate = (name) => rateOf(SIZE, medians[name].seconds)
  const names = Object.keys(medians)
  return {
    table: {
      head: ['', 'MiB/s', 'over openssl'],
      rows: names.map((name) => [
        name,
        rate(name).toFixed(0),
        (rate(name) / rate('openssl dgst')).toFixed(2),
      ]),
    },
    chart: {
      unit: 'MiB/s',
      bars: names.map((name) => ({ label: name, value: rate(name), ours: /TreeHash|thread/.test(name) })),
    },
    goals: [
      [
        'one thread over openssl',
        'at least 0.95',
        rate('TreeHash') / rate('openssl dgst'),
        (it) => it >= 0.95,
      ],
      [
        'two threads over one',
        'at least 1.8',
        rate('two threads') / rate('a thread of its own'),
        (it) => it >= 1.8,
      ],
    ],
  }
}
