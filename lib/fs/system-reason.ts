/** System errors in words, by their codes. */
import { constants } from 'node:os'
import { getSystemErrorMap } from 'node:util'

/**
 * The reason of a system error: `no space left on device (ENOSPC)`. `undefined` for an error that is not the system's.
 */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { errno, code, syscall } = error as NodeJS.ErrnoException
  if (errno === undefined || code === undefined || syscall === undefined) return undefined
  const [name, reason] = getSystemErrorMap().get(errno) ?? []
  if (name !== undefined) return `${reason} (${name})`
  return isOverQuota(error) ? 'disk quota exceeded (EDQUOT)' : code // such as `Unknown system error -122`
}

/** Whether a disk quota is used up; Node 20 has no name for the error. */
export function isOverQuota(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).errno === -constants.errno.EDQUOT
}

/** An error of the system with the path it is about, which Node leaves out where a file was open. */
export function withPath(error: unknown, path: string): unknown {
  if (systemReason(error) === undefined) return error
  const { message, code, errno, syscall } = error as NodeJS.ErrnoException
  return Object.assign(new Error(`${message} '${path}'`, { cause: error }), { code, errno, syscall, path })
}
