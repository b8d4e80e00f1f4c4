/**
 * What the entry points for transfers export, and the classes that they export as types alone.
 */
export * from '../../lib/index.js'
export * from '../../lib/tree-hash/index.js'
export * from '../../lib/catalog/index.js'
export { InventoryReader } from '../../lib/inventory/inventory-reader.js'
export { ArchiveReader } from '../../lib/retrieve/archive-reader.js'
export { Rechunk } from '../../lib/stages/rechunk.js'
export { PartHasher } from '../../lib/tree-hash/hash-parts.js'
