/** The size of a leaf. */
import { MIB } from '../sizes.js'

/** Bytes under one leaf of the tree hash (protocol.md 3.1). */
export const LEAF_SIZE: number = MIB
