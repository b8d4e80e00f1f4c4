/** The bytes of simulated streams. */
import type { World } from '../world/world.js'

/** The bytes that a source gives. */
export interface Content {
  /** Names it in the trace. */
  readonly name: string
  readonly bytes: Buffer
}

/** The numbers of full parts that a stream can have. Streams of more than 6 parts take several volumes. */
const PARTS = [2, 1, 0, 3, 4, 5, 6, 7, 13] as const

/**
 * Draws the content of a stream.
 *
 * @param name - of the stream; part of the names of its choices
 */
export function drawContent({ choices }: World, name: string): Content {
  const partSize = choices.pick(`${name}/unit`, [16, 32, 64])
  const parts = choices.pick(`${name}/parts`, PARTS, 0.6)
  const rest = choices.pick(`${name}/rest`, [1, 0, 15, 16, 17, 31], 0.5)
  const size = Math.min(14 * 64, partSize * parts + (rest % partSize))
  const isUniform = choices.happens(`${name}/uniform`, 0.05)
  return { name, bytes: isUniform ? Buffer.alloc(size, 7) : patternOf(name, size) }
}

/** Draws what a source gives that replaces another one: the same stream as it is later. */
export function drawChanged({ choices }: World, name: string, { bytes }: Content): Content {
  const { length } = bytes
  const change = choices.pick(`${name}/change`, ['longer', 'shorter', 'other-byte', 'other', 'empty'])
  const at = choices.between(`${name}/at`, length, 0)
  switch (change) {
    case 'longer':
      return { name, bytes: Buffer.concat([bytes, patternOf(name, 1 + (at % 200))]) }
    case 'shorter':
      return { name, bytes: bytes.subarray(0, at) }
    case 'other-byte': {
      const changed = Buffer.from(bytes)
      if (length > 0) changed[at % length] = (bytes[at % length] ?? 0) ^ 1
      return { name, bytes: changed }
    }
    case 'other':
      return { name, bytes: patternOf(name, length) }
    default:
      return { name, bytes: Buffer.alloc(0) }
  }
}

/** Bytes that differ from those of any other name, and in which no two ranges are equal. */
function patternOf(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 2166136261
  for (const char of name) state = Math.imul(state ^ char.charCodeAt(0), 16777619)
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    bytes[at] = state >>> 24
  }
  return bytes
}
