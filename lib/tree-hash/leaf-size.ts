/** The size of a leaf. */
import { MIB } from '../sizes.js'

/** Bytes under one leaf of the tree hash (docs/glacier-protocol.md#tree-hash). */
export const LEAF_SIZE: number = MIB
