/**
 * An upload is never aborted after its completion was sent, unless the service has refused that. That its owner aborts it is
 * watched in only-owners-act.ts.
 */
import type { SharedEnvironment } from '../actors/environment.js'

/** Looks for aborts of uploads that may be an archive. */
export function checkNoWrongAbort({ world, service }: SharedEnvironment): void {
  const completed = new Set<string>()
  for (const { who, operation, request, outcome, responded } of service.history.records) {
    const upload = `${who} ${request.uploadId}`
    const isRefused = responded && outcome !== 'accepted'
    if (operation === 'completeUpload' && !isRefused) completed.add(upload)
    if (operation === 'abortUpload' && completed.has(upload))
      world.fail('no wrong abort', `${who} aborts ${request.uploadId}, whose completion it has sent`)
  }
}
