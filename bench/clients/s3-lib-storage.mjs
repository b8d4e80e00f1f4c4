/** Stores the source in a bucket with the SDK's own upload, from the folder of packages in `MODULES`. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { concurrency, connection, partSize } from './settings.mjs'

const load = createRequire(join(process.env.MODULES ?? '', 'bench.cjs'))
const { S3Client } = load('@aws-sdk/client-s3')
const { Upload } = load('@aws-sdk/lib-storage')

const client = new S3Client({ ...connection, forcePathStyle: true })
const params = { Bucket: 'bench', Key: 'archive', Body: process.stdin }
await new Upload({ client, partSize, queueSize: concurrency, params }).done()
client.destroy()
