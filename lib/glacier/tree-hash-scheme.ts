/** The hashes of a vault: tree hashes, of parts and of archives (docs/glacier-protocol.md#tree-hashes-of-parts). */
import type { HashScheme } from '../store/hash-scheme.js'
import { LEAF_SIZE } from '../tree-hash/leaf-size.js'
import { NodeStack, TreeHash } from '../tree-hash/tree-hash.js'

/** @param leafSize - bytes under one leaf; a simulation passes fewer */
export function treeHashScheme(leafSize: number = LEAF_SIZE): HashScheme {
  return {
    algorithm: 'sha256-tree',
    partHashes: 'both', // the linear hash is signed (docs/glacier-protocol.md#signatures)
    ofPart: ({ treeHash }) => treeHash,
    begin() {
      const hash = TreeHash.withLeafSize(leafSize)
      return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('hex') }
    },
    combine() {
      const nodes = new NodeStack()
      return {
        get count() {
          return nodes.count
        },
        push: (hash) => {
          nodes.push(Buffer.from(hash, 'hex'))
        },
        digest: () => nodes.root().toString('hex'),
      }
    },
  }
}
