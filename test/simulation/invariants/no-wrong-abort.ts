/** An upload is aborted only by the process that owns it, and never after its completion was sent. */
import type { Environment } from '../actors/environment.js'
import type { RequestRecord } from '../service/history.js'

/** Looks for aborts of uploads that may be an archive, or that belong to another process. */
export function checkNoWrongAbort({ world, service }: Environment): void {
  const { records } = service.history
  for (const abort of records) {
    if (abort.operation !== 'abortUpload') continue
    const { uploadId } = abort.request
    const before = records
      .slice(0, records.indexOf(abort))
      .filter(({ request }) => request.uploadId === uploadId)
    const own = before.find(({ who }) => who === abort.who)
    if (before.some(({ who, operation }) => who === abort.who && operation === 'completeUpload'))
      world.fail('no wrong abort', `${abort.who} aborts ${uploadId}, whose completion it has sent`)
    const owner = before.find((other) => other.who !== abort.who && isChange(other) && isAfter(other, own))
    if (owner) world.fail('no wrong abort', `${abort.who} aborts ${uploadId}, which belongs to ${owner.who}`)
  }
}

/** Whether only the owner of an upload makes the request. */
function isChange({ operation }: RequestRecord): boolean {
  return operation === 'uploadPart' || operation === 'completeUpload'
}

function isAfter(other: RequestRecord, first: RequestRecord | undefined): boolean {
  return first !== undefined && other.sentMs > first.sentMs
}
