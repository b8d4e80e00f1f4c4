/** Cuts bytes from memory into parts that are discarded; prints MiB per second. */
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import BlockStream from 'block-stream2'
import streamChunker from 'stream-chunker'
import { PartMemory, rechunk } from 'glacier-pipe'

const [name = '', ...sizes] = process.argv.slice(2)
const [partSize = 0, writeSize = 0, total = 0] = sizes.map(Number)
const memory = new PartMemory(partSize)
/** @type {Record<string, () => import('node:stream').Duplex>} */
const rechunkers = {
  rechunk: () => rechunk(partSize),
  'rechunk, memory used again': () => rechunk(partSize, { memory }),
  'block-stream2': () => new BlockStream({ size: partSize, zeroPadding: false }),
  'stream-chunker': () => streamChunker(partSize, { flush: true }),
}

const create = rechunkers[name]
if (!create) throw new Error(`Unknown re-chunker: ${name}.`)
const write = Buffer.alloc(writeSize, 1)
function* source() {
  for (let left = total; left > 0; left -= write.length) yield write
}
const sink = new Writable({
  objectMode: true,
  write(part, _encoding, callback) {
    memory.release(part)
    callback()
  },
})
const started = performance.now()
await pipeline(Readable.from(source(), { objectMode: false }), create(), sink)
console.log(total / 2 ** 20 / ((performance.now() - started) / 1000))
