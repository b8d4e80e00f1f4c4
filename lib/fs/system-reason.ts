/** Describes system errors in words, by their codes. */
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'

/**
 * The reason of a system error, such as `no space left on device (ENOSPC)`; `undefined` for any other error.
 */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { errno, code, syscall } = error as NodeJS.ErrnoException
  if (errno === undefined || code === undefined || syscall === undefined) return undefined
  const [name, reason] = getSystemErrorMap().get(errno) ?? []
  if (name !== undefined) return `${reason} (${name})`
  return isOverQuota(error) ? 'disk quota exceeded (EDQUOT)' : code // such as `Unknown system error -122`
}

/** The reason of a system error in words, or the message of any other error. */
export function reasonOf(error: unknown): string {
  return systemReason(error) ?? (error instanceof Error ? error.message : String(error))
}

/** Whether a disk quota is used up; Node 20 has no name for the error. */
export function isOverQuota(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).errno === -constants.errno.EDQUOT
}

/** Adds the path to a system error: Node leaves it out of errors of open files. Any other error is returned unchanged. */
export function withPath(error: unknown, path: string): unknown {
  if (systemReason(error) === undefined) return error
  const { message, code, errno, syscall } = error as NodeJS.ErrnoException
  return Object.assign(new Error(`${message} '${path}'`, { cause: error }), { code, errno, syscall, path })
}
