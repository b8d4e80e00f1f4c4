/**
 * An upload with a time limit. An upload that is ended stays open at the service for about a day; the
 * next run with its ID sends only what is missing.
 *
 * Run it: `node time-limit.ts MINUTES FILE VAULT [UPLOAD_ID]`, with region and credentials in the environment.
 */
import { createReadStream } from 'node:fs'
import {
  AbortError,
  glacierClient,
  resumeUpload,
  uploadArchive,
  type ByteSource,
  type UploadArchiveOptions,
} from 'glacier-pipe'

/** The archive that is stored, or the upload that is left; neither if the signal fired before an upload was begun. */
export interface Result {
  readonly archiveId?: string
  readonly uploadId?: string | undefined
}

/**
 * Stores a source until a signal fires.
 *
 * @param uploadId - an upload that an earlier run has left; its parts are compared with the source
 */
export async function storeUntil(
  signal: AbortSignal,
  source: ByteSource,
  options: UploadArchiveOptions,
  uploadId?: string,
): Promise<Result> {
  try {
    const [archive] = await (uploadId === undefined
      ? uploadArchive(source, { ...options, signal })
      : resumeUpload(source, { ...options, signal, uploadId }))
    return { archiveId: archive.archiveId }
  } catch (error) {
    // Any other error is no matter of time.
    if (!(error instanceof AbortError)) throw error
    return { uploadId: error.uploadId }
  }
}

const [, program, minutes = '60', path = 'srv.tar', vaultName = 'backups', earlierUploadId] = process.argv
if (program === import.meta.filename) {
  // AbortSignal.any([…]) makes one signal of several, as of a time limit and of Ctrl-C.
  const signal = AbortSignal.timeout(Number(minutes) * 60_000)
  const client = glacierClient()
  try {
    const source = createReadStream(path)
    console.log(await storeUntil(signal, source, { client, vaultName }, earlierUploadId))
  } finally {
    client.destroy()
  }
}
