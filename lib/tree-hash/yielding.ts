/**
 * Long hashing without blocking the event loop.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { LEAF_SIZE } from './leaf-size.js'

/**
 * Calls a function with each leaf of some bytes, and yields to the event loop after each MiB, of which both hashes take
 * about 1 ms if the processor has SHA instructions.
 *
 * @param isStopped - called before each leaf; `true` ends the loop early
 * @param leafSize - bytes of a leaf: the service's, or a power of two below, as a simulation has
 */
export async function forEachLeafYielding(
  bytes: Uint8Array,
  update: (leaf: Uint8Array) => void,
  isStopped: () => boolean,
  leafSize: number = LEAF_SIZE,
): Promise<void> {
  for (let at = 0; at < bytes.length; at += leafSize) {
    if (at > 0 && at % LEAF_SIZE === 0) await nextTurn()
    if (isStopped()) return
    update(bytes.subarray(at, at + leafSize))
  }
}
