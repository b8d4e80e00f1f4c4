/** Stores the source with the SDK alone: its client in a loop, and its tree hash for the archive. */
import {
  CompleteMultipartUploadCommand,
  GlacierClient,
  InitiateMultipartUploadCommand,
  UploadMultipartPartCommand,
} from '@aws-sdk/client-glacier'
import { TreeHash } from '@aws-sdk/sha256-tree-hash'
import { connection, eachOf, partSize, parts } from './settings.mjs'

const client = new GlacierClient(connection)
const vault = { accountId: '-', vaultName: 'bench' }
const initiated = await client.send(
  new InitiateMultipartUploadCommand({ ...vault, partSize: String(partSize) }),
)
const upload = { ...vault, uploadId: initiated.uploadId }
globalThis.benchBegin()
const archiveHash = new TreeHash(client.config.sha256, (text) => Buffer.from(text))
let size = 0
await eachOf(parts(), (body) => {
  const range = `bytes ${size}-${size + body.length - 1}/*`
  size += body.length
  archiveHash.update(body)
  return client.send(new UploadMultipartPartCommand({ ...upload, range, body })) // it hashes the body itself
})
const checksum = Buffer.from(await archiveHash.digest()).toString('hex')
await client.send(new CompleteMultipartUploadCommand({ ...upload, archiveSize: String(size), checksum }))
client.destroy()
