/** Reads an object of a bucket with this package, which verifies each part before a byte of it is handed on. */
import { pipeline } from 'node:stream/promises'
import { Writable } from 'node:stream'
import { retrieveArchive, s3Client, s3Store } from 'glacier-pipe'
import { concurrency, connection, size } from './settings.mjs'

const client = s3Client(connection)
const store = s3Store({ client, bucket: 'bench', key: String(size) })
const discard = new Writable({ write: (_chunk, _encoding, callback) => callback() })
await pipeline(retrieveArchive({ store, archiveId: `s3://bench/${size}`, concurrency }), discard)
client.destroy()
