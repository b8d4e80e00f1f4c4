/** An upload is never aborted after its completion was sent. That its owner aborts it is watched in only-owners-act.ts. */
import type { Environment } from '../actors/environment.js'

/** Looks for aborts of uploads that may be an archive. */
export function checkNoWrongAbort({ world, service }: Environment): void {
  const completed = new Set<string>()
  for (const { who, operation, request } of service.history.records) {
    const upload = `${who} ${request.uploadId}`
    if (operation === 'completeUpload') completed.add(upload)
    if (operation === 'abortUpload' && completed.has(upload))
      world.fail('no wrong abort', `${who} aborts ${request.uploadId}, whose completion it has sent`)
  }
}
