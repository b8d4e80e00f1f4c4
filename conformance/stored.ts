/** What assertions store in vaults: archives in one request, and uploads in parts. Each is remembered for the end. */
import { Mismatch } from './assertion.js'
import { hasStatus, neededHeader } from './expectations.js'
import type { Session } from './session.js'
import { hashHeaders, treeHash } from './tree-hash.js'
import type { Answer } from './wire.js'

/** Headers of a request; `undefined` removes one. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Uploads bytes as an archive, with both hashes unless the headers say otherwise. */
export async function uploadArchive(
  session: Session,
  vault: string,
  body: Uint8Array,
  headers: Headers = {},
): Promise<Answer> {
  const answer = await session.send({
    method: 'POST',
    target: `${vault}/archives`,
    headers: { ...hashHeaders(body), ...headers },
    body,
  })
  keep(session, `${vault}/archives`, answer, 'x-amz-archive-id')
  return answer
}

/** Uploads bytes as an archive that is needed: its ID. */
export async function storedArchive(
  session: Session,
  vault: string,
  body: Uint8Array,
  description?: string,
): Promise<string> {
  const answer = await uploadArchive(session, vault, body, { 'x-amz-archive-description': description })
  hasStatus(answer, 201)
  return segment(neededHeader(answer, 'x-amz-archive-id'))
}

/** Begins a multipart upload. */
export async function initiateUpload(session: Session, vault: string, headers: Headers): Promise<Answer> {
  const answer = await session.send({ method: 'POST', target: `${vault}/multipart-uploads`, headers })
  keep(session, `${vault}/multipart-uploads`, answer, 'x-amz-multipart-upload-id')
  return answer
}

/** Begins a multipart upload that is needed: its path. */
export async function begunUpload(
  session: Session,
  vault: string,
  partSize: number,
  description?: string,
): Promise<string> {
  const headers = { 'x-amz-part-size': String(partSize), 'x-amz-archive-description': description }
  const answer = await initiateUpload(session, vault, headers)
  hasStatus(answer, 201)
  return `${vault}/multipart-uploads/${segment(neededHeader(answer, 'x-amz-multipart-upload-id'))}`
}

/** Uploads a part that begins at a byte, with the range and the hashes of its body unless the headers say otherwise. */
export async function uploadPart(
  session: Session,
  upload: string,
  start: number,
  body: Uint8Array,
  headers: Headers = {},
): Promise<Answer> {
  const range = `bytes ${start}-${start + body.length - 1}/*`
  return session.send({
    method: 'PUT',
    target: upload,
    headers: { 'content-range': range, ...hashHeaders(body), ...headers },
    body,
  })
}

/** Uploads parts that are needed, each at a multiple of the part size. */
export async function sentParts(
  session: Session,
  upload: string,
  partSize: number,
  parts: readonly Uint8Array[],
): Promise<void> {
  for (const [index, part] of parts.entries()) {
    hasStatus(await uploadPart(session, upload, index * partSize, part), 204)
  }
}

/** Completes a multipart upload, with the size and tree hash of the bytes unless the headers say otherwise. */
export async function completeUpload(
  session: Session,
  upload: string,
  bytes: Uint8Array,
  headers: Headers = {},
): Promise<Answer> {
  const answer = await session.send({
    method: 'POST',
    target: upload,
    headers: {
      'x-amz-archive-size': String(bytes.length),
      'x-amz-sha256-tree-hash': treeHash(bytes),
      ...headers,
    },
  })
  const vault = upload.slice(0, upload.indexOf('/multipart-uploads/'))
  keep(session, `${vault}/archives`, answer, 'x-amz-archive-id')
  return answer
}

/** The last name in a path, as an upload's ID. */
export function idOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * An ID as a segment of a path. One that would lead to another path is refused, so that a run never leaves its vaults.
 *
 * @throws {@link Mismatch} if it is no segment
 */
export function segment(id: string): string {
  if (isSegment(id)) return id
  throw new Mismatch('an ID of characters that a path may have', JSON.stringify(id))
}

function isSegment(id: string): boolean {
  return /^[\w.~-]+$/.test(id) && !/^\.+$/.test(id)
}

/** Remembers what an answer says was made. */
function keep(session: Session, parent: string, { status, headers }: Answer, name: string): void {
  const id = headers[name]
  if (status === 201 && typeof id === 'string' && isSegment(id)) session.contents.add(`${parent}/${id}`)
}
