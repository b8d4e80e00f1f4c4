import { createCipheriv } from 'node:crypto'
import { Readable } from 'node:stream'

const KEY = Buffer.alloc(16, 7)

/** `size` bytes that repeat nowhere, the same ones for the same seed: an AES keystream. */
export function patternBytes(size: number, seed = 0): Buffer {
  const iv = Buffer.alloc(16)
  iv.writeUInt32BE(seed)
  return createCipheriv('aes-128-ctr', KEY, iv).update(Buffer.alloc(size))
}

/** The same bytes as a stream of chunks of these sizes, in turn; made as they are read. */
export function patternSource(size: number, writeSize: number | readonly number[], seed = 0): Readable {
  const sizes = typeof writeSize === 'number' ? [writeSize] : writeSize
  return Readable.from(chunks(size, sizes, seed), { objectMode: false })
}

function* chunks(size: number, sizes: readonly number[], seed: number): Generator<Buffer, void, undefined> {
  const iv = Buffer.alloc(16)
  iv.writeUInt32BE(seed)
  const cipher = createCipheriv('aes-128-ctr', KEY, iv)
  for (let left = size, turn = 0; left > 0; turn++) {
    const chunk = cipher.update(Buffer.alloc(Math.min(left, sizes[turn % sizes.length] ?? left)))
    left -= chunk.length
    yield chunk
  }
}
