/**
 * The errors of a source. They are always instances of Error, whatever was thrown, and never look as if the caller had
 * aborted.
 */
import { types } from 'node:util'
import { shown } from '../options/check-options.js'

/** The error that a source failed with, or an error with it as `cause` if it cannot be used as it is. */
export function sourceError(thrown: unknown): Error {
  // An Error of another realm, such as that of a test runner, is not an instance of this one's Error.
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

/** The error of a source that closed before its end, with the code of Node.js. */
export function prematureClose(): Error {
  return Object.assign(new Error('The source closed before its end.'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })
}

/** The error of a source that decodes its bytes to text. */
export function decodedText(source: string): TypeError {
  return new TypeError(
    `${source} decodes its bytes to text, which cannot be turned back into bytes: do not set an encoding.`,
  )
}
