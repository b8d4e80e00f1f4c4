/**
 * `stream-chunker` in place of `rechunk`: both in a pipeline of one's own and in `uploadArchive`.
 */
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { archiveWriter, hashParts, uploadArchive, type Archive, type VaultClient } from 'glacier-pipe'
import streamChunker from 'stream-chunker'

const partSize = 2 ** 20

export async function pipe(client: VaultClient, source: Readable): Promise<Archive | undefined> {
  const writer = archiveWriter({ client, vaultName: 'docs', partSize })
  // Without flush it drops the tail.
  await pipeline(source, streamChunker(partSize, { flush: true }), hashParts(), writer)
  return writer.archives[0]
}

export async function upload(client: VaultClient, source: Readable): Promise<Archive | undefined> {
  const [archive] = await uploadArchive(source, {
    client,
    vaultName: 'docs',
    partSize,
    rechunk: streamChunker,
  })
  return archive
}
