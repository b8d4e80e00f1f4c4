/**
 * Names and IDs (docs/glacier-protocol.md#names-and-ids), and which of them may become a file's name. Nothing else from
 * a request ever does.
 */
import { randomBytes } from 'node:crypto'

/** Archive IDs have 138 characters, upload and job IDs 92, of base64url: one in 64 begins with a dash. */
export const ARCHIVE_ID_LENGTH = 138
const SHORT_ID_LENGTH = 92

/** A new archive ID. */
export function newArchiveId(): string {
  return newId(ARCHIVE_ID_LENGTH)
}

/** A new upload or job ID. */
export function newShortId(): string {
  return newId(SHORT_ID_LENGTH)
}

/** Whether a text has the form of an ID, and so may be looked for as a file. */
export function isId(text: string): boolean {
  return /^[\w-]{92}(?:[\w-]{46})?$/.test(text)
}

function newId(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length)
}
