/** The tree hash of a file, in one of several ways; prints it. */
import { closeSync, openSync, readSync } from 'node:fs'
import { TreeHash as SdkTreeHash } from '@aws-sdk/sha256-tree-hash'
import { GlacierClient } from '@aws-sdk/client-glacier'
import { TreeHash } from 'glacier-pipe'
import { HashThreads } from '../../dist/tree-hash/hash-threads.js'

const MIB = 2 ** 20
const [way, path] = process.argv.slice(2)
const fd = openSync(path, 'r')

function* pieces(size) {
  const piece = Buffer.allocUnsafeSlow(size)
  for (let read; (read = readSync(fd, piece)) > 0;) yield piece.subarray(0, read)
}

async function byThreads(count) {
  const threads = new HashThreads(count)
  const block = 64 * MIB
  const memory = [0, 1].map(() => Buffer.from(new SharedArrayBuffer(block)))
  const whole = []
  let hashing
  for (let i = 0, read; (read = readSync(fd, memory[i % 2])) > 0; i++) {
    await hashing
    hashing = threads.treeHash(memory[i % 2].subarray(0, read)).then((hash) => whole.push(hash))
  }
  await hashing
  threads.close()
  const { combineTreeHashes } = await import('glacier-pipe')
  return combineTreeHashes(whole)
}

const ways = {
  async ours() {
    const hash = new TreeHash()
    for (const piece of pieces(MIB)) hash.update(piece)
    return hash.digest('hex')
  },
  'one-thread': () => byThreads(1),
  'two-threads': () => byThreads(2),
  async sdk() {
    const { sha256 } = new GlacierClient({ region: 'us-east-1' }).config
    const hash = new SdkTreeHash(sha256, (text) => Buffer.from(text))
    for (const piece of pieces(MIB)) hash.update(piece)
    return Buffer.from(await hash.digest()).toString('hex')
  },
}
console.log(await ways[way]())
closeSync(fd)
