/** Errors of the catalog's files, in words. */
import { CatalogError } from '../errors.js'
import { systemReason } from '../fs/system-reason.js'

/**
 * The error for a failure to read or write a catalog.
 *
 * @param path - the path of the catalog
 * @param cause - anything that was thrown
 */
export function catalogFailure(path: string, action: 'read' | 'written', cause: unknown): CatalogError {
  return new CatalogError(path, action, cause, reasonOf(path, cause))
}

/**
 * The reason of a failure of the system, with the path of the file that it is about unless that is `path`: the folder of
 * a file may be at fault. `undefined` for any other error.
 */
export function reasonOf(path: string, cause: unknown): string | undefined {
  const reason = systemReason(cause)
  if (reason === undefined) return undefined
  const { path: failed } = cause as NodeJS.ErrnoException
  return failed === undefined || failed === path ? `${reason}.` : `${failed}: ${reason}.`
}
