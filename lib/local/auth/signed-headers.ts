/**
 * The headers of a request that must be signed: `host`, and those with its time, API version, session token and the hash
 * of its body.
 *
 * The guide's own examples leave other headers unsigned: its request of UploadArchive sends an `x-amz-sha256-tree-hash`
 * and signs `host;x-amz-content-sha256;x-amz-date;x-amz-glacier-version`.
 */
import { invalidSignature } from '../service/api-error.js'
import type { SignedRequest } from './signature.js'
import { singleHeader } from './single-header.js'

/** Headers that must be signed if they are sent. */
const SIGNED_IF_SENT = ['x-amz-content-sha256', 'x-amz-date', 'x-amz-glacier-version', 'x-amz-security-token']

/**
 * Asserts that all required headers are signed, and that the list of signed headers is canonical.
 *
 * @throws {ApiError} 400: Host was sent several times; 403: a header is not signed, is absent, or is not in order
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
