/**
 * `uploads VAULT|s3://BUCKET`: lists the unfinished uploads at the service, and uploads in the catalog whose outcome is unknown.
 * `--abort ID` aborts one.
 */
import { unsettledIn } from '../../../catalog/queries/unsettled-records.js'
import { NotFoundError } from '../../../errors.js'
import { decodeDescription } from '../../../glacier/description.js'
import { streamLocks } from '../../../selection/stream-owner.js'
import { itemsOf } from '../../../store/paging.js'
import type { Io } from '../../io.js'
import { warnOfConflictsIn } from '../../output/conflict-notes.js'
import { formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { type Connection, withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { isS3Address } from '../../../s3/s3-address.js'
import type { UploadsOptions } from '../../commands/vaults/uploads.js'
import { openCatalog } from '../open-catalog.js'
import { bucketUploads } from './bucket-uploads.js'
import { accountOf, goneNote, isOf, streamIdOf } from './upload-state.js'

/** Runs `uploads`: prints the start, part size, ID and description of each upload, and the remarks of the catalog. */
export async function uploads(vaultName: string, options: UploadsOptions, io: Io): Promise<void> {
  const file = catalogFileOf(options, io.env)
  await warnOfConflictsIn(file, io)
  if (isS3Address(vaultName)) return bucketUploads(vaultName, file, options, io)
  await withConnection(options, io, async (connection) => {
    if (options.abort === undefined) await list(connection, vaultName, file, options, io)
    else await abortUpload(connection, vaultName, options.abort, file, options, io)
  })
}

async function list(
  { retryingClient: client, address }: Connection,
  vaultName: string,
  file: string,
  { accountId, json }: UploadsOptions,
  io: Io,
): Promise<void> {
  const here = { vaultName, ...(await address()) }
  const known = new Map((await unsettledIn(file)).uploads)
  const request = { vaultName, accountId, signal: io.signal }
  for await (const upload of itemsOf((page) => client.listUploads({ ...request, ...page }))) {
    const { creationDate, partSize, uploadId, description = '' } = upload
    const state = known.get(uploadId)
    known.delete(uploadId)
    const name = state?.begun?.name
    const outcome = state?.outcome?.type
    const shown = decodeDescription(description)
    const line = [creationDate, formatSize(partSize).padStart(8), uploadId, shown].join('  ').trimEnd()
    const remarks = [name !== undefined && name !== shown && `name: ${name}`, outcome].filter(Boolean)
    if (json) await printJson(io, { ...upload, name, outcome })
    else await printData(io, remarks.length > 0 ? `${line}  (${remarks.join(', ')})` : line)
  }
  for (const [uploadId, state] of known) {
    if (state.outcome?.type !== 'unknown' || !isOf(state, here)) continue
    const { time, size = 0 } = state.outcome
    const name = state.begun?.name ?? decodeDescription(state.begun?.description ?? '')
    const line = [time, formatSize(size).padStart(8), uploadId, name].join('  ').trimEnd()
    await (json ? printJson(io, state.outcome) : printData(io, `${line}  (unknown: the archive may exist)`))
  }
}

/**
 * Aborts an upload, and records that. An upload that a living process owns is refused. An upload that the service does not
 * have is only recorded, if the catalog has it as one of this vault and account.
 */
async function abortUpload(
  { retryingClient: client, address, account }: Connection,
  vaultName: string,
  uploadId: string,
  file: string,
  options: UploadsOptions,
  io: Io,
): Promise<void> {
  const { accountId, quiet } = options
  const here = { vaultName, ...(await address()) }
  const locks = await streamLocks(file)
  const lock = await locks.tryTake(await streamIdOf(file, uploadId), `The upload ${uploadId}`)
  try {
    const state = (await unsettledIn(file)).uploads.get(uploadId)
    const catalog = await openCatalog(options, io)
    try {
      const gone = await client.abortUpload({ vaultName, accountId, uploadId, signal: io.signal }).then(
        () => undefined,
        async (error: unknown) => {
          if (!(error instanceof NotFoundError) || !state || !isOf(state, here)) throw error
          if (accountOf(state) === undefined || accountOf(state) !== (await account(vaultName))) throw error
          return state
        },
      )
      await catalog.append({ type: 'aborted', time: new Date().toISOString(), ...here, accountId, uploadId })
      if (!quiet) printNote(io, gone ? goneNote(gone) : 'The upload is aborted. Its parts are deleted.')
    } finally {
      await catalog.close()
    }
  } finally {
    await lock.release()
  }
}
