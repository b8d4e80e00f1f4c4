/**
 * Tree hashes of bytes, files and streams.
 *
 * @packageDocumentation
 */
export { combineTreeHashes, computeChecksums, TreeHash, treeHashOf, type Checksums } from './tree-hash.js'
export { treeHash, TreeHashStream, type TreeHashStreamOptions } from './tree-hash-stream.js'
export { FileHasher, type FileHasherOptions, type FileHashOptions, type HashedFile } from './file-hasher.js'
export { AbortError, HashMismatchError } from '../errors.js'
export type { ByteRange } from '../byte-range.js'
