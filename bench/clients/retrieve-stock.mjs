/** Reads an archive as anyone would: GetJobOutput into a hash, which says at the end whether it was right. */
import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { GetJobOutputCommand, GlacierClient } from '@aws-sdk/client-glacier'
import { connection, size } from './settings.mjs'

const client = new GlacierClient(connection)
globalThis.benchBegin()
const { body } = await client.send(
  new GetJobOutputCommand({ accountId: '-', vaultName: 'bench', jobId: String(size) }),
)
await pipeline(body, createHash('sha256'))
client.destroy()
