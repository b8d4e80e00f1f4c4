/**
 * The matrix every stage is run over: how long the source is, how it is written, how it is read.
 */
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { collect } from './collect.js'
import { SlowSink } from './slow-sink.js'

const LEAF = 1_048_576

/** Sizes of a source at which something changes, for a leaf and for a part of this size; each once, ascending. */
export function sourceSizes(partSize: number): number[] {
  const ofLeaf = [LEAF - 1, LEAF, LEAF + 1]
  const ofPart = [partSize - 1, partSize, partSize + 1, 2 * partSize, 3 * partSize, 3 * partSize + 7_919]
  return [...new Set([0, 1, ...ofLeaf, ...ofPart])].sort((a, b) => a - b)
}

/** Ways of writing a source of this size: bytes in each write, by name. One at a time only where that is quick. */
export function writePatterns(size: number): Record<string, number> {
  return {
    ...(size <= 4096 && { 'one byte at a time': 1 }),
    'all at once': Math.max(size, 1),
    'a prime number at a time': 65_521,
    '64 KiB at a time': 65_536,
  }
}

/** Ways of reading what a stage makes of a source: its chunks, by name. */
export const consumers: Record<
  string,
  (source: Readable, stage: NodeJS.ReadWriteStream) => Promise<unknown[]>
> = {
  'for await': (source, stage) => collect(source.pipe(stage)),
  'pipe to a fast sink': async (source, stage) => {
    const chunks: unknown[] = []
    await pipeline(source, stage, async (made: AsyncIterable<unknown>) => {
      chunks.push(...(await collect(made)))
    })
    return chunks
  },
  'pipe to a slow sink': async (source, stage) => {
    const sink = new SlowSink({ objectMode: true })
    await pipeline(source, stage, sink)
    return sink.taken
  },
}
