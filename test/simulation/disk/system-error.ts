import { constants } from 'node:os'

/** A code of an error of the system. */
export type SystemErrorCode = keyof typeof constants.errno

/**
 * An error such as those of `node:fs/promises`.
 *
 * @param path - default: as for a call on an open file, whose errors have no path
 */
export function systemError(code: SystemErrorCode, syscall: string, path?: string): NodeJS.ErrnoException {
  const error = withoutStack(`${code}: ${syscall}${path === undefined ? '' : ` '${path}'`}`)
  const facts = { errno: -constants.errno[code], code, syscall }
  return Object.assign(error, path === undefined ? facts : { ...facts, path })
}

/** Files are missing thousands of times in a second: the stack would take longer than all the rest of the call. */
function withoutStack(message: string): Error {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return new Error(message)
  } finally {
    Error.stackTraceLimit = limit
  }
}
