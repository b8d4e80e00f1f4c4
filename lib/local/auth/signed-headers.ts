/**
 * Which headers of a request must be signed: `host`, and those that say when the request was made, for which version of
 * the API, by whom, and with which body.
 *
 * The guide's own examples leave other headers unsigned: its request of UploadArchive sends an `x-amz-sha256-tree-hash`
 * and signs `host;x-amz-content-sha256;x-amz-date;x-amz-glacier-version`.
 */
import { invalidSignature } from '../service/api-error.js'
import type { SignedRequest } from './signature.js'
import { singleHeader } from './single-header.js'

/** Headers that must be signed where they are sent. */
const SIGNED_IF_SENT = ['x-amz-content-sha256', 'x-amz-date', 'x-amz-glacier-version', 'x-amz-security-token']

/**
 * Throws unless all headers are signed that must be, and the list of signed headers has its canonical form.
 *
 * @throws {ApiError} 400: Host was sent several times; 403: one is not signed, is not there, or is not in its place in the list
 */
export function assertSignedHeaders(
  { headers }: Pick<SignedRequest, 'headers'>,
  signedHeaders: readonly string[],
): void {
  const list = signedHeaders.join(';')
  const canonical = [...new Set(signedHeaders.map((name) => name.toLowerCase()))].sort()
  if (list !== canonical.join(';')) {
    throw invalidSignature(`SignedHeaders must be names in lower case, sorted, and each once, not ${list}.`)
  }
  singleHeader({ headers }, 'host')
  if (!signedHeaders.includes('host'))
    throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
  const absent = signedHeaders.filter((name) => headers[name] === undefined)
  if (absent.length > 0)
    throw invalidSignature(`There are signed headers that were not sent: ${absent.join(', ')}`)
  const unsigned = SIGNED_IF_SENT.filter(
    (name) => headers[name] !== undefined && !signedHeaders.includes(name),
  )
  if (unsigned.length > 0) {
    throw invalidSignature(
      `There were headers requiredMember in the request which were not signed: ${unsigned.join(', ')}`,
    )
  }
}
