/** Reads an archive with this package, which verifies each range. */
import { pipeline } from 'node:stream/promises'
import { Writable } from 'node:stream'
import { archiveReader, glacierClient } from 'glacier-pipe'
import { concurrency, connection, size } from './settings.mjs'

const client = glacierClient(connection)
await client.region() // loads the SDK
globalThis.benchBegin()
const discard = new Writable({ write: (_chunk, _encoding, callback) => callback() })
await pipeline(archiveReader({ client, vaultName: 'bench', jobId: String(size), concurrency }), discard)
client.destroy()
