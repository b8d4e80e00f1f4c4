/**
 * IDs of archives, uploads and jobs (docs/glacier-protocol.md#names-and-ids). A text that has the form of an ID can
 * become a file's name. Besides vault names, nothing else from a request ever does.
 */
import { randomBytes } from 'node:crypto'

/** The length of archive IDs. Upload and job IDs have 92 characters. All are base64url: one in 64 begins with a dash. */
export const ARCHIVE_ID_LENGTH = 138
const UPLOAD_OR_JOB_ID_LENGTH = 92

/** A new archive ID. */
export function newArchiveId(): string {
  return newId(ARCHIVE_ID_LENGTH)
}

/** A new upload or job ID. */
export function newUploadOrJobId(): string {
  return newId(UPLOAD_OR_JOB_ID_LENGTH)
}

/** Whether a text has the form of an ID, so that a file of this name can be looked up. */
export function isId(text: string): boolean {
  return /^[\w-]{92}(?:[\w-]{46})?$/.test(text)
}

function newId(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length)
}
