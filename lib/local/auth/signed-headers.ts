/**
 * Which headers of a request must be signed: `host`, and each `x-amz-…` header that is sent, as signature version 4
 * demands. `Content-Type` need not be: boto 2 sends it unsigned.
 */
import { invalidSignature } from '../service-fault.js'
import type { SignedRequest } from './signature.js'
import { singleHeader } from './single-header.js'

/**
 * Throws unless all headers are signed that must be, and the list of signed headers has its canonical form.
 *
 * @throws {ServiceFault} 400: Host was sent several times; 403: one is not signed, is not there, or is not in its place in the list
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
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  )
  if (unsigned.length > 0) {
    throw invalidSignature(
      `There were headers present in the request which were not signed: ${unsigned.sort().join(', ')}`,
    )
  }
}
