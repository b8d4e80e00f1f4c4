/** The lower bound of an upload: the same bytes in bare PUTs, hashed before they are sent: twice, or `HASHES` times. */
import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'
import { connection, eachOf, parts } from './settings.mjs'

const PIECE = 2 ** 20
const agent = new Agent({ keepAlive: true })

/**
 * @param {Buffer} body
 * @returns {Promise<void>}
 */
function put(body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${connection.endpoint}/part`, { method: 'PUT', agent }, (incoming) => {
      incoming.resume()
      incoming.on('end', () => resolve())
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

globalThis.benchBegin()
const hashes = Array.from({ length: Number(process.env.HASHES ?? 2) }, () => createHash('sha256'))
await eachOf(parts(), (body) => {
  for (let at = 0; at < body.length; at += PIECE)
    for (const hash of hashes) hash.update(body.subarray(at, at + PIECE))
  return put(body)
})
agent.destroy()
