/**
 * Re-chunkers side by side: MiB a second for parts of several sizes, from writes of 64 KiB.
 *
 * Run `npm run bench`. Each row is the median of RUNS runs, the re-chunkers in turn (A B C, A B C, …), one process.
 */
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import BlockStream from 'block-stream2'
import streamChunker from 'stream-chunker'
import { rechunk } from 'glacier-pipe'

const MIB = 2 ** 20
const RUNS = 5
const WRITE = Buffer.alloc(65_536, 1)

const rechunkers = {
  'glacier-pipe': (size) => rechunk(size),
  'block-stream2': (size) => new BlockStream({ size, zeroPadding: false }),
  'stream-chunker': (size) => streamChunker(size, { flush: true }),
}

function* source(size) {
  for (let left = size; left > 0; left -= WRITE.length) yield WRITE
}

async function rate(make, partSize, total) {
  const sink = new Writable({ objectMode: true, write: (_part, _encoding, callback) => callback() })
  const start = performance.now()
  await pipeline(Readable.from(source(total), { objectMode: false }), make(partSize), sink)
  return total / MIB / ((performance.now() - start) / 1000)
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

console.log(`MiB/s, median of ${RUNS} runs, Node ${process.version}`)
for (const partSize of [1, 16, 64].map((n) => n * MIB)) {
  const rates = Object.fromEntries(Object.keys(rechunkers).map((name) => [name, []]))
  for (let run = 0; run < RUNS; run++) {
    for (const [name, make] of Object.entries(rechunkers)) {
      const total = name === 'stream-chunker' ? 2 * partSize : Math.max(256 * MIB, 4 * partSize)
      rates[name].push(await rate(make, partSize, total))
    }
  }
  const row = Object.entries(rates).map(([name, all]) => `${name} ${median(all).toFixed(0)}`)
  console.log(`parts of ${partSize / MIB} MiB: ${row.join(', ')}`)
}
