/** Cuts bytes from memory into parts that nobody keeps; prints MiB a second. */
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import BlockStream from 'block-stream2'
import streamChunker from 'stream-chunker'
import { PartMemory, rechunk } from 'glacier-pipe'

const [name, partSize, writeSize, total] = process.argv
  .slice(2)
  .map((text, i) => (i === 0 ? text : Number(text)))
const memory = new PartMemory(partSize)
const rechunkers = {
  rechunk: () => rechunk(partSize),
  'rechunk, memory used again': () => rechunk(partSize, { memory }),
  'block-stream2': () => new BlockStream({ size: partSize, zeroPadding: false }),
  'stream-chunker': () => streamChunker(partSize, { flush: true }),
}

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
await pipeline(Readable.from(source(), { objectMode: false }), rechunkers[name](), sink)
console.log(total / 2 ** 20 / ((performance.now() - started) / 1000))
