/** Headers that must not be sent twice: a signature could otherwise be read in two ways. */
import type { SignedRequest } from '../../auth/signature.js'
import { invalidRequest } from '../service/bucket-error.js'

/**
 * The value of a header that can be sent once; `undefined` if it is absent.
 *
 * @param name - in lower case
 * @throws {BucketError} 400: it was sent several times
 */
export function onlyHeader({ headers }: Pick<SignedRequest, 'headers'>, name: string): string | undefined {
  const [value, ...more] = [headers[name] ?? []].flat()
  if (more.length > 0) throw invalidRequest(`The header ${name} was sent ${more.length + 1} times.`)
  return value
}
