import { createHash, type Hash } from 'node:crypto'

/** Bytes handed to any hash of this process while `run` runs, in updates of at least `atLeast` bytes. */
export async function bytesHashed(atLeast: number, run: () => Promise<unknown>): Promise<number> {
  const prototype = Object.getPrototypeOf(createHash('sha256')) as { update: unknown }
  const original = Object.getOwnPropertyDescriptor(prototype, 'update') as PropertyDescriptor
  let bytes = 0
  prototype.update = function (this: Hash, data: string | NodeJS.ArrayBufferView, encoding?: 'utf8') {
    const length = typeof data === 'string' ? data.length : data.byteLength
    if (length >= atLeast) bytes += length
    return (original.value as (...all: unknown[]) => Hash).call(this, data, encoding)
  }
  try {
    await run()
  } finally {
    Object.defineProperty(prototype, 'update', original)
  }
  return bytes
}
