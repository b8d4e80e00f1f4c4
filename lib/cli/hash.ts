/**
 * `hash [FILE…]`: tree hashes of files, in the manner of sha256sum.
 */
import { createReadStream } from 'node:fs'
import { Writable, pipeline } from '../stream.js'
import { treeHash } from '../tree-hash/tree-hash-stream.js'
import type { CommonOptions } from './connection.js'
import { printData, printJson, type Io } from './io.js'

/** Runs `hash`; without files, of stdin. */
export async function hash(files: readonly string[], { json }: CommonOptions, io: Io): Promise<void> {
  for (const file of files.length > 0 ? files : ['-']) {
    const hashing = treeHash()
    const nowhere = new Writable({
      write(_bytes, _encoding, callback) {
        callback()
      },
    })
    await pipeline(file === '-' ? io.stdin : createReadStream(file), hashing, nowhere, { signal: io.signal })
    const { treeHash: found = '', size } = hashing
    await (json ? printJson(io, { file, size, treeHash: found }) : printData(io, `${found}  ${file}`))
  }
}
