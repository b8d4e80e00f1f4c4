/** The hashes of a part, as the thread that calls computes them. */
import { createHash } from 'node:crypto'
import { invariant } from '../invariant.js'
import { LEAF_SIZE } from './leaf-size.js'
import { TreeHash, type Checksums } from './tree-hash.js'
import { forEachLeafYielding } from './yielding.js'

/**
 * The hashes of a part that are computed:
 *
 * - `linear`: SHA-256 of its bytes
 * - `both`: that, and the tree hash, which is as much work again
 */
export type PartHashKinds = 'both' | 'linear'

/** The hashes of a part, lowercase hex. */
export interface PartChecksums extends Pick<Checksums, 'linearHash'> {
  /** The tree hash; `undefined` if it was not computed. */
  readonly treeHash?: string | undefined
}

/**
 * Hashes a part, and yields to the event loop after each MiB. For a part of at most one leaf both hashes are equal, and
 * it is hashed once.
 *
 * @param isStopped - called before each leaf; `true` ends the hashing early, with hashes that are wrong
 * @param leafSize - bytes of a leaf; default those of the service
 */
export async function partChecksums(
  bytes: Uint8Array,
  kinds: PartHashKinds,
  isStopped: () => boolean,
  leafSize: number = LEAF_SIZE,
): Promise<PartChecksums> {
  const tree = kinds === 'both' ? TreeHash.withLeafSize(leafSize) : undefined
  const linear = tree && bytes.length <= leafSize ? undefined : createHash('sha256')
  await forEachLeafYielding(
    bytes,
    (leaf) => {
      tree?.update(leaf)
      linear?.update(leaf)
    },
    isStopped,
    leafSize,
  )
  const treeHash = tree?.digest('hex')
  const linearHash = linear?.digest('hex') ?? treeHash
  invariant(linearHash !== undefined, 'a part without a linear hash has a tree hash, which is equal')
  return { linearHash, treeHash }
}
