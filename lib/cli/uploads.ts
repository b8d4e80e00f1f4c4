/**
 * `uploads VAULT`: the uploads that are open at the service; `--abort ID` ends one.
 */
import { Catalog } from '../catalog/catalog.js'
import { journalIn } from '../catalog/journal.js'
import { decodeDescription } from '../vault/description.js'
import { itemsOf } from '../vault/vault-client.js'
import { catalogFileOf, withConnection, type ConnectionOptions } from './connection.js'
import { printData, printJson, printNote, type Io } from './io.js'
import { formatSize } from './size.js'

/** Options of `uploads`. */
export interface UploadsOptions extends ConnectionOptions {
  readonly abort?: string
}

/** Runs `uploads`: when begun, part size, upload ID and description, a line an upload. */
export async function uploads(vaultName: string, options: UploadsOptions, io: Io): Promise<void> {
  const { accountId, abort } = options
  if (abort !== undefined) {
    await abortUpload(vaultName, abort, options, io)
    return
  }
  await withConnection(options, io, async ({ patient: client }) => {
    const request = { vaultName, accountId, signal: io.signal }
    for await (const upload of itemsOf((page) => client.listUploads({ ...request, ...page }))) {
      const { creationDate, partSize, uploadId, description = '' } = upload
      const line = [creationDate, formatSize(partSize).padStart(8), uploadId, decodeDescription(description)]
      await (options.json ? printJson(io, upload) : printData(io, line.join('  ').trimEnd()))
    }
  })
}

async function abortUpload(
  vaultName: string,
  uploadId: string,
  options: UploadsOptions,
  io: Io,
): Promise<void> {
  const { accountId } = options
  await withConnection(options, io, async (connection) => {
    const catalog = await Catalog.open(catalogFileOf(options, io.env))
    try {
      await connection.patient.abortUpload({ vaultName, accountId, uploadId, signal: io.signal })
      const journal = journalIn(catalog, await connection.place(), { vaultName })
      await journal.closed('aborted', uploadId)
    } finally {
      await catalog.close()
    }
  })
  if (!options.quiet) printNote(io, 'The upload is aborted, and its parts are gone.')
}
