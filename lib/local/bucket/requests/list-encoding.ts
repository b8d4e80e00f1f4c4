/** The encoding of keys in a list: with `encoding-type=url` they are percent-encoded, since XML cannot have all characters. */
import { encode } from '../../auth/signature.js'
import { invalidArgument } from '../service/bucket-error.js'
import { parameterIn, type BucketRequest } from './bucket-request.js'

/** How a list writes keys, prefixes and markers. */
export interface ListEncoding {
  /** `url`; `undefined` for none. */
  readonly name: string | undefined
  readonly encode: (text: string) => string
}

/**
 * The encoding that a request asks for.
 *
 * @throws {BucketError} 400 `InvalidArgument`: an unknown one
 */
export function encodingOf(request: BucketRequest): ListEncoding {
  const name = parameterIn(request, 'encoding-type')
  if (name === undefined) return { name, encode: (text) => text }
  if (name !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', name)
  return { name, encode: (text) => text.split('/').map(encode).join('/') }
}
