/**
 * The errors of a source. They never look as if the caller had aborted, and are always an Error, whatever was thrown.
 */
import { types } from 'node:util'
import { shown } from '../options/check-options.js'

/** The error that a source failed with: as it is, or as the `cause` of one that says so. */
export function sourceError(thrown: unknown): Error {
  // An Error of another realm, as of a test runner, is no instance of this one's.
  const isError = thrown instanceof Error || types.isNativeError(thrown)
  if (!isError)
    return new Error(`The source failed with ${shown(thrown)} instead of an Error.`, { cause: thrown })
  try {
    const { name, message } = thrown
    if (name !== 'AbortError') return thrown
    return new Error(`The source was aborted: ${message}`, { cause: thrown })
  } catch {
    return new Error('The source failed with an Error whose name or message cannot be read.', {
      cause: thrown,
    })
  }
}

/** The error of a source that closed before its end, with the code that Node.js uses for it. */
export function prematureClose(): Error {
  return Object.assign(new Error('The source closed before its end.'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
}

/** The error of a source that gives decoded text. */
export function decodedText(what: string): TypeError {
  return new TypeError(
    `${what} decodes its bytes to text, which cannot be turned back into bytes: do not set an encoding.`,
  )
}
