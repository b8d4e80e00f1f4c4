/**
 * An object of S3 into a vault, as a stream: the object is neither in memory as a whole nor on the disk.
 *
 * Run it: `node s3-object.ts BUCKET KEY VAULT`, with region and credentials in the environment.
 */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import {
  glacierClient,
  namedDescription,
  uploadArchive,
  type Archive,
  type UploadArchiveOptions,
} from 'glacier-pipe'

/**
 * Stores an object. If its download ends early, no archive is stored.
 *
 * @param options - with `client` and `vaultName`; its `signal` ends the download too
 */
export async function storeObject(
  s3: S3Client,
  bucket: string,
  key: string,
  options: UploadArchiveOptions,
): Promise<Archive> {
  const description = namedDescription(key) // throws before the download begins, if the key is too long
  const { signal } = options
  const command = new GetObjectCommand({ Bucket: bucket, Key: key })
  const { Body, ContentLength } = await s3.send(command, signal ? { abortSignal: signal } : {})
  // The types leave it open, but the response to GetObject always has a body.
  const [archive] = await uploadArchive(Body as NonNullable<typeof Body>, {
    ...options,
    description,
    sourceSize: ContentLength, // the total of the progress, and the reason for larger parts
  })
  return archive
}

const [, program, bucket = 'photos', key = 'one.jpg', vaultName = 'backups'] = process.argv
if (program === import.meta.filename) {
  const s3 = new S3Client()
  const client = glacierClient()
  try {
    const { archiveId } = await storeObject(s3, bucket, key, { client, vaultName, onFailure: 'abort' })
    console.log(archiveId)
  } finally {
    client.destroy()
    s3.destroy()
  }
}
