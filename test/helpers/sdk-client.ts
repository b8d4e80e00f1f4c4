import {
  CompleteMultipartUploadCommand,
  GlacierClient,
  InitiateJobCommand,
  InitiateMultipartUploadCommand,
  UploadMultipartPartCommand,
} from '@aws-sdk/client-glacier'
import { type Test } from 'tap'
import { type LocalVault } from '../../lib/local/index.js'
import { treeHashOf } from '../../lib/tree-hash/tree-hash.js'

/** The vault of these tests. */
export const vaultName = 'docs'
/** The account of the credentials. */
export const accountId = '-'
/** The vault and its account, as requests of the SDK have them. */
export const address = { accountId, vaultName }

/** The SDK's own client, as shipped. */
export function sdkFor(test: Test, { endpoint, region, credentials }: LocalVault): GlacierClient {
  const client = new GlacierClient({ endpoint, region, credentials, maxAttempts: 1 })
  test.teardown(() => {
    client.destroy()
  })
  return client
}

/** Uploads bytes in parts, last part first; the archive ID. */
export async function upload(
  client: GlacierClient,
  bytes: Buffer,
  partSize: number,
  archiveDescription?: string,
): Promise<string> {
  const { uploadId } = await client.send(
    new InitiateMultipartUploadCommand({ ...address, partSize: String(partSize), archiveDescription }),
  )
  for (let start = Math.floor((bytes.length - 1) / partSize) * partSize; start >= 0; start -= partSize) {
    const body = bytes.subarray(start, start + partSize)
    const range = `bytes ${start}-${start + body.length - 1}/*`
    await client.send(new UploadMultipartPartCommand({ ...address, uploadId, range, body }))
  }
  const archiveSize = String(bytes.length)
  const done = await client.send(
    new CompleteMultipartUploadCommand({ ...address, uploadId, archiveSize, checksum: treeHashOf(bytes) }),
  )
  return done.archiveId ?? ''
}

export async function retrieve(
  client: GlacierClient,
  archiveId: string,
  RetrievalByteRange?: string,
): Promise<string> {
  const jobParameters = { Type: 'archive-retrieval', ArchiveId: archiveId, RetrievalByteRange }
  const { jobId } = await client.send(new InitiateJobCommand({ ...address, jobParameters }))
  return jobId ?? ''
}
