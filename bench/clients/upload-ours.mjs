/** Stores the source with this package. */
import { glacierClient, uploadArchive } from 'glacier-pipe'
import { concurrency, connection, partSize, source, hashThreads } from './settings.mjs'

const client = glacierClient(connection)
await client.region() // loads the SDK
globalThis.benchBegin()
const memory = Math.max(64 * 2 ** 20, (concurrency + 2) * partSize)
await uploadArchive(process.env.SOURCE === 'memory' ? source() : { fd: 0 }, {
  client,
  vaultName: 'bench',
  partSize,
  concurrency,
  memory,
  hashThreads,
})
client.destroy()
