/** Reads an object of a bucket with the SDK alone: one GetObject, whose bytes nothing verifies. */
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { connection, size } from './settings.mjs'

const client = new S3Client({ ...connection, forcePathStyle: true })
const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bench', Key: String(size) }))
if (!(Body instanceof Readable)) throw new Error('GetObject gave no Node.js stream.')
await pipeline(Body, new Writable({ write: (_chunk, _encoding, callback) => callback() }))
client.destroy()
