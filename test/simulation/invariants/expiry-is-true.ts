/** A process reports that an upload is gone only if that is all it knows: not after it has completed the upload itself. */
import { UploadGoneError } from '../../../lib/errors.js'
import type { SharedEnvironment } from '../actors/environment.js'

/** Checks the error that a process ends with. */
export function checkExpiry({ world, service }: SharedEnvironment, name: string, error: unknown): void {
  const gone = goneIn(error)
  if (!gone) return
  const own = service.history.records.filter(
    ({ who, request }) => who === name && request.uploadId === gone.uploadId,
  )
  // The completion of an earlier run is repeated without knowing whose account the upload is in.
  const hasSent = own.some(({ operation, result }) => operation === 'uploadPart' && result === 'success')
  const hasCompleted = own.some(
    ({ operation, outcome }) => operation === 'completeUpload' && outcome === 'accepted',
  )
  if (hasSent && hasCompleted)
    world.fail(
      'an upload counts as gone only if it is',
      `${name} has completed ${gone.uploadId}, and reports that it is gone`,
    )
}

function goneIn(error: unknown): UploadGoneError | undefined {
  if (error instanceof UploadGoneError) return error
  return error instanceof Error ? goneIn(error.cause) : undefined
}
