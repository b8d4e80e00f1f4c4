/** Stores the source in a bucket with this package. */
import { s3Client, s3Store, uploadArchive } from 'glacier-pipe'
import { concurrency, connection, hashThreads, partSize } from './settings.mjs'

const client = s3Client(connection)
const store = s3Store({ client, bucket: 'bench', key: 'archive' })
const memory = Math.max(64 * 2 ** 20, (concurrency + 2) * partSize)
await uploadArchive({ fd: 0 }, { store, partSize, concurrency, memory, hashThreads })
client.destroy()
