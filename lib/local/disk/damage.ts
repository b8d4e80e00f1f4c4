/**
 * What is damaged on disk is told with its name in the service, never with its path or with what was read. The rest of
 * the folder goes on.
 */
import { systemReason } from '../../fs/system-reason.js'
import { ApiError } from '../service/api-error.js'
import { readText } from './files.js'

/** Failures to read one file that say nothing of others. */
const OF_ONE_FILE: ReadonlySet<string | undefined> = new Set(['EACCES', 'EIO', 'EISDIR', 'ELOOP', 'EPERM'])

/** 507 `LocalStorageException`, which clients do not repeat: something cannot be read as what it must be. */
export class DamageError extends ApiError {
  /**
   * @param what - what is damaged, as `The vault docs`
   * @param reason - a sentence part without a path or data, as `its vault.json is not valid`
   * @param cause - for whoever runs the server; it is not answered
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
 * Reads a record from a file of JSON; `undefined` where there is no such file.
 *
 * @param isRecord - whether what was read is a record
 * @param what - what the record is of, as `The vault docs`
 * @param file - how the file is called in messages, as `vault.json`
 * @throws {DamageError} 507: it cannot be read, or is not such a record
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

/** The fault for an error met in reading a file, where it is of that file alone; else the error itself. */
export function damageOf(error: unknown, what: string, part: string, path: string): unknown {
  if (!OF_ONE_FILE.has((error as NodeJS.ErrnoException).code)) return error
  const reason = systemReason(error)
  const cause = new Error(`${path} cannot be read: ${reason}.`, { cause: error })
  return new DamageError(what, `${part} cannot be read: ${reason}`, cause)
}

/** The value in a text of JSON; `undefined` where there is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * What something gives; `undefined` where it finds damage, which is reported: for lists, which go on without it.
 *
 * @param report - told of the damage
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
