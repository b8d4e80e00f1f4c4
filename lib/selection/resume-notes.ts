/** The notes on the stream that is resumed. */
import type { Lock } from '../fs/lock.js'
import type { ResumeFinding } from '../resume/resume-point.js'

/**
 * Notes on where a stream is resumed.
 *
 * @param uploadId - the upload to resume; `undefined` between two volumes
 * @param time - when it was started, ISO 8601; `undefined` if the catalog does not know it
 */
export function findingNotes(
  { point, ended, isStoredNow }: ResumeFinding,
  uploadId: string | undefined,
  time?: string,
): string[] {
  const started = time === undefined ? '' : `, started ${time}`
  const last = point?.earlierVolumes.at(-1)
  if (isStoredNow && last) {
    const next = point.isComplete ? 'The source is compared with it.' : 'The stream continues after it.'
    return [`The upload ${uploadId} is complete: its archive ID is ${last.archiveId}. ${next}`]
  }
  const notes = ended ? [ended.message] : []
  if (point?.uploadId !== undefined) notes.push(`Resuming the upload ${point.uploadId}${started}.`)
  else if (last) notes.push(`Resuming after volume ${last.volume}${started}.`)
  return notes
}

/** The warning about a lock that was taken over from another host or container; `undefined` if it was not. */
export function takeOverWarning({ wasElsewhere, previous }: Lock): string | undefined {
  if (!wasElsewhere || !previous) return undefined
  const { host, pid, since } = previous
  return (
    `WARNING: process ${pid} on ${host} owned the upload since ${since} and has shown no sign of life for ten minutes. ` +
    'This process takes the upload over.'
  )
}
