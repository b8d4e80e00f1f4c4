/** The size of a leaf. */
import { MIB } from '../sizes.js'

/**
 * Bytes under one leaf of the tree hash (docs/glacier-protocol.md#tree-hash). Functions here that depend on it take
 * another size, so that a simulation can use small archives.
 */
export const LEAF_SIZE: number = MIB
