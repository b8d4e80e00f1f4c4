/** Bodies that are slow, cut or corrupted. */
import { setTimeout as sleep } from 'node:timers/promises'

const DEFAULT_BYTES_PER_SECOND = 65_536
/** Milliseconds between two chunks of a slow body, unless a chunk would have less than a byte. */
const CHUNK_INTERVAL_MS = 50

/** The error that closes the connection of an output that a fault rule cuts. */
export class OutputCutError extends Error {}

/**
 * The bytes of a source at a limited rate.
 *
 * @param isGone - whether the client no longer waits for the bytes, so that they need not be slow
 */
export async function* slowedTo(
  bytesPerSecond: number = DEFAULT_BYTES_PER_SECOND,
  source: AsyncIterable<Buffer>,
  isGone: () => boolean = () => false,
): AsyncGenerator<Buffer, void, undefined> {
  const size = Math.ceil((bytesPerSecond * CHUNK_INTERVAL_MS) / 1000)
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += size) {
      if (!isGone()) await sleep((size * 1000) / bytesPerSecond)
      yield chunk.subarray(at, at + size)
    }
  }
}

/**
 * The first bytes of a source, and then an error.
 *
 * @throws {OutputCutError} after the first bytes
 */
export async function* cutAfter(
  length: number,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  let left = length
  for await (const chunk of source) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) break
  }
  throw new OutputCutError('The output was cut by a fault rule.')
}

/** The bytes of a source, with one bit of the byte at an offset inverted. */
export async function* corruptedAt(
  offset: number,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  let position = 0
  for await (const chunk of source) {
    const index = offset - position
    position += chunk.length
    if (index < 0 || index >= chunk.length) yield chunk
    else {
      const corrupted = Buffer.from(chunk)
      corrupted.writeUInt8(corrupted.readUInt8(index) ^ 1, index)
      yield corrupted
    }
  }
}
