/**
 * Damage on disk. It is reported with the name that the service has for the damaged object, never with its path or
 * content. Everything else in the folder remains usable.
 */
import { systemReason } from '../../fs/system-reason.js'
import { ApiError } from '../service/api-error.js'
import { readText } from './files.js'

/** The codes of failures that concern one file, and no others. */
const SINGLE_FILE_CODES: ReadonlySet<string | undefined> = new Set([
  'EACCES',
  'EIO',
  'EISDIR',
  'ELOOP',
  'EPERM',
])

/** 507 `LocalStorageException`, which clients do not retry: a file is unreadable or not valid. */
export class DamageError extends ApiError {
  /**
   * @param what - the damaged object, such as `The vault docs`
   * @param reason - a clause without a path or content, such as `its vault.json is not valid`
   * @param cause - the error with the path, for `onFailure`; no response has it
   */
  constructor(what: string, reason: string, cause?: unknown) {
    super(
      507,
      'LocalStorageException',
      `${what} is damaged: ${reason}. Restore it in the folder of the local vault from a backup, or remove it there.`,
    )
    this.cause = cause
  }
}

/**
 * Reads a record from a JSON file.
 *
 * @param isRecord - whether a value has the form of the record
 * @param what - the object that the record describes, such as `The vault docs`
 * @param file - the name of the file in messages, such as `vault.json`
 * @returns the record; `undefined` if the file does not exist
 * @throws {DamageError} 507: the file cannot be read, or does not have such a record
 */
export async function readRecord<T extends object>(
  path: string,
  isRecord: (value: unknown) => value is T,
  what: string,
  file: string,
): Promise<T | undefined> {
  const text = await readText(path).catch((error: unknown) => {
    throw damageOf(error, what, `its ${file}`, path)
  })
  if (text === undefined) return undefined
  const value = parsed(text)
  if (isRecord(value)) return value
  throw new DamageError(what, `its ${file} is not valid`, new Error(`${path} is not valid.`))
}

/** The damage that an error in reading a file shows, if it concerns that file alone; otherwise the error itself. */
export function damageOf(error: unknown, what: string, part: string, path: string): unknown {
  if (!SINGLE_FILE_CODES.has((error as NodeJS.ErrnoException).code)) return error
  const reason = systemReason(error)
  const cause = new Error(`${path} cannot be read: ${reason}.`, { cause: error })
  return new DamageError(what, `${part} cannot be read: ${reason}`, cause)
}

/** The value of a JSON text; `undefined` if the text is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The result of a promise; `undefined` if it is rejected with damage, which is reported. Lists leave such items out.
 *
 * @param report - called with the damage
 * @throws any other error of the promise
 */
export async function unlessDamaged<T>(
  work: Promise<T>,
  report: (error: Error) => void,
): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DamageError)) throw error
    report(error)
    return undefined
  }
}
