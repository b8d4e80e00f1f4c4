/**
 * Long hashing without blocking the event loop.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LEAF_SIZE } from './leaf-size.js'

/**
 * Hands bytes on in pieces of at most 1 MiB, letting the event loop turn between two: about 1 ms for both hashes of
 * a piece where the processor has SHA instructions.
 *
 * @param stopped - asked between two pieces; true ends it early
 */
export async function inTurns(
  bytes: Uint8Array,
  update: (piece: Uint8Array) => void,
  stopped: () => boolean,
): Promise<void> {
  for (let at = 0; at < bytes.length && !stopped(); at += LEAF_SIZE) {
    if (at > 0) await nextTurn()
    update(bytes.subarray(at, at + LEAF_SIZE))
  }
}
