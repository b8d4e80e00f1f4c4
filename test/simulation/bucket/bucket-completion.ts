/**
 * The completion of the uploads of the simulated bucket.
 *
 * - A repeated completion is answered with the same object, or as if the upload had never been; if it is conditional, also
 *   with 412, since its own object exists.
 * - After a conflict, the upload can be completed again, or it is gone.
 */
import { LIMITS } from '../world/world.js'
import {
  compositeHash,
  compositeText,
  type SimObject,
  type SimPart,
  type SimUpload,
} from './bucket-content.js'
import type { BucketContext } from './bucket-context.js'
import { invalid, noSuchUpload, preconditionFailed } from './bucket-refusals.js'
import type { Completion, UploadCaller } from './bucket-service.js'
import { openUpload } from './bucket-uploads.js'
import { checkCondition, maybeDelete } from './conditional-writes.js'

/** Completes an upload, or answers a repeated completion. */
export function completeUpload(
  context: BucketContext,
  caller: UploadCaller,
  completion: Completion,
): SimObject {
  const known = context.uploads.get(caller.uploadId)
  if (known?.object && known.key === caller.key)
    return completeAgain(context, known, known.object, completion)
  const upload = openUpload(context, caller)
  try {
    checkCondition(context, caller.key, completion.ifAbsent)
  } catch (error) {
    const isConflict = (error as { readonly code?: string }).code === 'ConditionalRequestConflict'
    if (isConflict && context.world.choices.happens(`bucket/${upload.uploadId}/unusable`, 0.5))
      upload.state = 'expired'
    throw error
  }
  const parts = checkParts(context, upload, completion)
  const hash = compositeHash(parts.map(({ sha256 }) => sha256))
  const bytes = Buffer.concat(parts.map((part) => part.bytes))
  if (completion.hash && compositeText(completion.hash) !== compositeText(hash))
    throw invalid('BadDigest', 'The SHA256 you specified did not match the calculated checksum.')
  if (completion.size !== undefined && completion.size !== bytes.length)
    throw invalid('InvalidRequest', 'The provided x-amz-mp-object-size does not match.')
  const { metadata, storageClass, uploadId } = upload
  const object = context.store(caller, { bytes, hash, parts, metadata, storageClass, uploadId })
  upload.state = 'completed'
  upload.object = object
  return object
}

function completeAgain(
  context: BucketContext,
  upload: SimUpload,
  object: SimObject,
  { ifAbsent }: Completion,
): SimObject {
  const { uploadId, key } = upload
  maybeDelete(context, key)
  upload.isForgotten ||= context.happens('completion-forgotten', `bucket/${uploadId}/forgotten`)
  if (upload.isForgotten) throw noSuchUpload()
  const isRefused =
    ifAbsent && context.objectAt(key) && context.happens('own-object-exists', `bucket/${uploadId}/own-object`)
  if (isRefused) throw preconditionFailed()
  return object
}

/** The parts that a completion lists: in order, without gaps, and those that the upload has. */
function checkParts(
  { properties }: BucketContext,
  upload: SimUpload,
  { parts }: Completion,
): readonly SimPart[] {
  if (parts.length === 0) throw invalid('InvalidRequest', 'You must specify at least one part')
  return parts.map(({ partNumber, etag, sha256 }, index) => {
    if (partNumber !== index + 1) throw invalid('InvalidPartOrder', 'The list of parts was not consecutive.')
    const part = upload.parts.get(partNumber)
    if (part?.etag !== etag || (sha256 !== undefined && sha256 !== part.sha256))
      throw invalid('InvalidPart', `The part ${partNumber} could not be found, or did not match.`)
    if (properties.checksums !== 'none' && sha256 === undefined)
      throw invalid('InvalidRequest', 'The complete request must include the checksum for each part.')
    if (index < parts.length - 1 && part.bytes.length < LIMITS.minPartSize)
      throw invalid('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed object size.')
    return part
  })
}
