/** Headers that must not be sent twice: a signature could otherwise be read in two ways. */
import { invalidParameter } from '../service/api-error.js'
import type { SignedRequest } from './signature.js'

/**
 * The value of a header that can be sent once; `undefined` if it is absent.
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
