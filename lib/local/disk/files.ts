/** Reads files and folders that may be missing: another process can remove them at any moment. */
import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import { ConcurrencyLimit } from '../service/concurrency-limit.js'

/** Files that all requests together read at the same time. Each needs a file descriptor, and a process may have only 256. */
const READS_AT_ONCE = 32
const reads = new ConcurrencyLimit(READS_AT_ONCE)
/**
 * Flags for reading. A FIFO in the place of a file is read as empty: otherwise, opening it would wait for a writer. A
 * symbolic link is not followed: it may lead out of the folder. Windows has neither flag.
 */
export const READ: number = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW

/** Maximum number of bytes in a file that is read as a text: far more than the longest record has. */
const MAX_TEXT_BYTES = 16_777_216

/**
 * The text of a file; `undefined` if it does not exist. A file that is too long for a record, a device or a symbolic link
 * is read as empty, which is no valid record. Waits while many other files are read.
 */
export function readText(path: string): Promise<string | undefined> {
  return unlessMissing(
    reads.run(() => readRecordText(path)),
    undefined,
  )
}

async function readRecordText(path: string): Promise<string> {
  if ((await lstat(path)).isSymbolicLink()) return '' // Windows cannot open a file without following links
  const file = await open(path, READ)
  try {
    const stats = await file.stat()
    const isReadable = stats.isDirectory() || (stats.isFile() && stats.size <= MAX_TEXT_BYTES)
    return isReadable ? await file.readFile('utf8') : '' // reading a directory fails with the error that names it
  } finally {
    await file.close()
  }
}

/** The names in a folder, in ASCII order; empty if it does not exist. */
export async function namesIn(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path), [])).sort()
}

/** The kind of the object at a path. Symbolic links are not followed. */
export type Kind = 'folder' | 'file' | 'link' | 'other' | 'missing'

/** The kind of the object at a path. */
export async function kindOf(path: string): Promise<Kind> {
  const found = await unlessMissing(lstat(path), undefined)
  if (found === undefined) return 'missing'
  if (found.isSymbolicLink()) return 'link'
  if (found.isDirectory()) return 'folder'
  return found.isFile() ? 'file' : 'other'
}

/** The result of a promise, or another value if a file or folder that it needs does not exist. */
export async function unlessMissing<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    if (isGone(error)) return otherwise
    throw error
  }
}

/** Whether an error means that a file or folder does not exist. */
export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' // ENOTDIR: another program's file among our folders
}

/** The codes of failures due to a file, folder or link in the place of something else. */
const MISPLACED: ReadonlySet<string | undefined> = new Set([
  'EEXIST',
  'EISDIR',
  'ELOOP',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENXIO',
])

/** Whether an error means that something else is in the place of a file or folder. */
export function isMisplaced(error: unknown): boolean {
  return MISPLACED.has((error as NodeJS.ErrnoException).code)
}
