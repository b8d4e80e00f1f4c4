/** Computes the tree hash of a file in one of several ways, and prints it. */
import { closeSync, openSync, readSync } from 'node:fs'

const MIB = 2 ** 20
const [way = '', path = ''] = process.argv.slice(2)

/**
 * Hashes the file on this thread.
 *
 * @param {{ update(bytes: Uint8Array): unknown, digest(): Uint8Array | Promise<Uint8Array> }} hash
 */
async function digestOf(hash) {
  const piece = Buffer.allocUnsafeSlow(MIB)
  const fd = openSync(path, 'r')
  for (let read; (read = readSync(fd, piece)) > 0;) hash.update(piece.subarray(0, read))
  closeSync(fd)
  return Buffer.from(await hash.digest()).toString('hex')
}

/** @param {number} hashThreads - threads that hash */
async function byThreads(hashThreads) {
  const { FileHasher } = await import('glacier-pipe/tree-hash')
  const hasher = new FileHasher({ hashThreads })
  const { treeHash } = await hasher.hash(path)
  hasher.close()
  return treeHash
}

/** @type {Record<string, () => Promise<string>>} */
const ways = {
  async TreeHash() {
    const { TreeHash } = await import('glacier-pipe/tree-hash')
    return digestOf(new TreeHash())
  },
  'one-thread': () => byThreads(1),
  'two-threads': () => byThreads(2),
  async sdk() {
    const [{ TreeHash }, { GlacierClient }] = await Promise.all([
      import('@aws-sdk/sha256-tree-hash'),
      import('@aws-sdk/client-glacier'),
    ])
    const { sha256 } = new GlacierClient({ region: 'us-east-1' }).config
    const hash = new TreeHash(sha256, (text) => Buffer.from(text))
    return digestOf(hash)
  },
}
const hashFile = ways[way]
if (!hashFile) throw new Error(`Unknown way to hash: ${way}.`)
console.log(await hashFile())
