/**
 * `uploads s3://BUCKET/PREFIX`: as for a vault. A request about an upload needs its key too, which the list of the bucket has, and
 * the catalog as the name of the stream.
 */
import type { UploadState } from '../../../catalog/queries/possible-archives.js'
import { unsettledIn } from '../../../catalog/queries/unsettled-records.js'
import type { VaultAddress } from '../../../catalog/vault-address.js'
import { AccessDeniedError, NotFoundError } from '../../../errors.js'
import type { BucketRequest } from '../../../s3/bucket-requests.js'
import type { ListedUpload } from '../../../s3/bucket-responses.js'
import { volumeName } from '../../../s3/s3-address.js'
import { volumeUploadOf } from '../../../s3/volume-uploads.js'
import { streamLocks } from '../../../selection/stream-owner.js'
import { itemsOf } from '../../../store/paging.js'
import type { UploadsOptions } from '../../commands/vaults/uploads.js'
import type { Io } from '../../io.js'
import { bucketAddressOf } from '../../options/bucket-operand.js'
import { formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { withBucketConnection, type BucketConnection } from '../bucket-connection.js'
import { openCatalog } from '../open-catalog.js'
import { goneNote, isOf, streamIdOf } from './upload-state.js'

/** The uploads that a command is about. */
interface Scope {
  readonly connection: BucketConnection
  readonly request: BucketRequest
  /** The beginning of their keys. */
  readonly prefix: string
  readonly here: VaultAddress
  readonly file: string
}

/** An upload with its ID in the catalog, which differs for later volumes. */
interface KnownUpload {
  readonly uploadId: string
  readonly state: UploadState
}

/** Runs `uploads` for a bucket. */
export async function bucketUploads(
  operand: string,
  file: string,
  options: UploadsOptions,
  io: Io,
): Promise<void> {
  const { bucket, prefix } = bucketAddressOf(operand)
  const { bucketOwner: expectedBucketOwner, requesterPays, abort } = options
  await withBucketConnection(options, io, async (connection) => {
    const here = { vaultName: `s3://${bucket}`, ...(await connection.address()) }
    const request = { bucket, expectedBucketOwner, requesterPays, signal: io.signal }
    const scope = { connection, request, prefix, here, file }
    await (abort === undefined ? list(scope, options, io) : abortUpload(scope, abort, options, io))
  })
}

async function list(scope: Scope, { json }: UploadsOptions, io: Io): Promise<void> {
  const { file, here, prefix } = scope
  const known = await knownUploads(file, here)
  for await (const upload of listed(scope)) {
    const { uploadId, state } = known.get(upload.uploadId) ?? upload
    known.delete(upload.uploadId)
    const { initiated = '-', key } = upload
    const { begun, outcome } = state ?? {}
    const size = begun ? formatSize(begun.partSize) : '-'
    const line = [initiated, size.padStart(8), uploadId, key].join('  ')
    const found = {
      ...upload,
      uploadId,
      partSize: begun?.partSize,
      name: begun?.name,
      outcome: outcome?.type,
    }
    if (json) await printJson(io, found)
    else await printData(io, outcome ? `${line}  (${outcome.type})` : line)
  }
  for (const { uploadId, state } of known.values()) {
    const key = keyOf(uploadId, state) ?? ''
    if (state.outcome?.type !== 'unknown' || !key.startsWith(prefix)) continue
    const { time, size = 0 } = state.outcome
    const line = [time, formatSize(size).padStart(8), uploadId, key].join('  ').trimEnd()
    await (json ? printJson(io, state.outcome) : printData(io, `${line}  (unknown: the archive may exist)`))
  }
}

/**
 * Aborts an upload, and records that. An upload that a living process owns is refused. An upload that the bucket does not have
 * is only recorded, if the catalog has it as one of this bucket.
 *
 * @throws {Error} neither the bucket nor the catalog has it
 */
async function abortUpload(
  scope: Scope,
  given: string,
  { quiet, ...options }: UploadsOptions,
  io: Io,
): Promise<void> {
  const { connection, request, here, file } = scope
  const { serviceId } = volumeUploadOf(given)
  const known = (await knownUploads(file, here)).get(serviceId)
  const uploadId = known?.uploadId ?? given
  const lock = await (
    await streamLocks(file)
  ).tryTake(await streamIdOf(file, uploadId), `The upload ${given}`)
  try {
    const key = (await keyInBucket(scope, serviceId)) ?? (known && keyOf(uploadId, known.state))
    if (key === undefined)
      throw new Error(
        `The bucket ${here.vaultName} has no unfinished upload with the ID ${given}, and neither has the catalog.`,
      )
    const catalog = await openCatalog(options, io)
    try {
      const gone = await connection.retryingClient.abortUpload({ ...request, key, uploadId: serviceId }).then(
        () => undefined,
        (error: unknown) => {
          if (!(error instanceof NotFoundError && error.reason === 'upload-not-found') || !known) throw error
          return known.state
        },
      )
      await catalog.append({ type: 'aborted', time: new Date().toISOString(), ...here, uploadId })
      if (!quiet) printNote(io, gone ? goneNote(gone) : 'The upload is aborted. Its parts are deleted.')
    } finally {
      await catalog.close()
    }
  } finally {
    await lock.release()
  }
}

function listed({
  connection,
  request,
  prefix,
}: Scope): AsyncIterable<ListedUpload & { readonly state?: undefined }> {
  return itemsOf((page) => connection.retryingClient.listUploads({ ...request, prefix, ...page }))
}

/** The key of an upload in the list of the bucket; `undefined` if it is not there, or the list is denied. */
async function keyInBucket(scope: Scope, serviceId: string): Promise<string | undefined> {
  try {
    for await (const { uploadId, key } of listed(scope)) if (uploadId === serviceId) return key
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error // the catalog may know the key
  }
  return undefined
}

/** The unsettled uploads of the catalog in a bucket, by their IDs at the service. */
async function knownUploads(file: string, here: VaultAddress): Promise<Map<string, KnownUpload>> {
  const found = new Map<string, KnownUpload>()
  for (const [uploadId, state] of (await unsettledIn(file)).uploads)
    if (isOf(state, here)) found.set(volumeUploadOf(uploadId).serviceId, { uploadId, state })
  return found
}

/** The key of an upload that the catalog has; `undefined` if its stream has no name there. */
function keyOf(uploadId: string, { begun }: UploadState): string | undefined {
  return begun?.name === undefined ? undefined : volumeName(begun.name, volumeUploadOf(uploadId).volume)
}
