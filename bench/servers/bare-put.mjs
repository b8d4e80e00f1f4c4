/**
 * The lower bound of a vault server: takes PUTs, hashes each body twice, writes it to a file and syncs the file. Prints its
 * address. It checks neither signatures nor hashes, and keeps no records.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { listen } from './listen.mjs'

const LEAF = 2 ** 20
const [dir = ''] = process.argv.slice(2)
let count = 0

const server = createServer(async (request, response) => {
  const file = await open(join(dir, `${count++}.part`), 'wx')
  const linear = createHash('sha256')
  let leaf = createHash('sha256')
  let filled = 0
  /** @type {Buffer[]} */
  let waiting = []
  let size = 0
  for await (const chunk of request) {
    linear.update(chunk)
    for (let at = 0; at < chunk.length;) {
      const piece = chunk.subarray(at, at + LEAF - filled)
      leaf.update(piece)
      filled += piece.length
      at += piece.length
      if (filled === LEAF) {
        leaf.digest()
        leaf = createHash('sha256')
        filled = 0
      }
    }
    waiting.push(chunk)
    size += chunk.length
    if (size < LEAF) continue
    await file.write(Buffer.concat(waiting))
    waiting = []
    size = 0
  }
  if (size > 0) await file.write(Buffer.concat(waiting))
  linear.digest()
  await file.sync()
  await file.close()
  response.writeHead(204).end()
})
listen(server)
