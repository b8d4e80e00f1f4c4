/**
 * Long hashing without blocking the event loop.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LEAF_SIZE } from './leaf-size.js'

/**
 * Calls a function with each leaf of some bytes, and yields to the event loop between two: both hashes of 1 MiB take
 * about 1 ms if the processor has SHA instructions.
 *
 * @param isStopped - called between two leaves; `true` ends the loop early
 */
export async function forEachLeafYielding(
  bytes: Uint8Array,
  update: (leaf: Uint8Array) => void,
  isStopped: () => boolean,
  leafSize: number = LEAF_SIZE,
): Promise<void> {
  for (let at = 0; at < bytes.length && !isStopped(); at += leafSize) {
    if (at > 0) await nextTurn()
    update(bytes.subarray(at, at + leafSize))
  }
}
