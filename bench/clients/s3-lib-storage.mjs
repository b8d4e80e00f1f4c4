/** Stores the source in a bucket with the SDK's own upload. */
import { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { concurrency, connection, partSize } from './settings.mjs'

const client = new S3Client({ ...connection, forcePathStyle: true })
const params = { Bucket: 'bench', Key: 'archive', Body: process.stdin }
await new Upload({ client, partSize, queueSize: concurrency, params }).done()
client.destroy()
