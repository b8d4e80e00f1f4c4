/** Headers that decide who signed a request and when: one that was sent twice could be read in two ways. */
import { invalidParameter } from '../service/api-error.js'
import type { SignedRequest } from './signature.js'

/**
 * The value of a header that may be sent once; `undefined` where it was not sent.
 *
 * @param name - in lower case
 * @throws {ApiError} 400: it was sent several times
 */
export function singleHeader({ headers }: Pick<SignedRequest, 'headers'>, name: string): string | undefined {
  const values = [headers[name] ?? []].flat()
  if (values.length > 1)
    throw invalidParameter(`The header ${name} was sent ${values.length} times. It may be sent once.`)
  return values[0]
}
