/** Reads an archive with the SDK alone: GetJobOutput into a hash, which shows at the end whether the bytes were right. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetJobOutputCommand, GlacierClient } from '@aws-sdk/client-glacier'
import { connection, size } from './settings.mjs'

const client = new GlacierClient(connection)
globalThis.benchBegin()
const { body } = await client.send(
  new GetJobOutputCommand({ accountId: '-', vaultName: 'bench', jobId: String(size) }),
)
if (!(body instanceof Readable)) throw new Error('GetJobOutput gave no Node.js stream.')
await pipeline(body, createHash('sha256'))
client.destroy()
