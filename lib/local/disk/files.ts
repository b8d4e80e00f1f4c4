/** Reading where a file or folder may be missing: another process may remove it at any moment. */
import { constants } from 'node:fs'
import { lstat, readFile, readdir } from 'node:fs/promises'
import { ConcurrencyLimit } from '../service/concurrency-limit.js'

/** Files read at once by all requests together; each takes a file descriptor, and a process may have only 256. */
const READS_AT_ONCE = 32
const reads = new ConcurrencyLimit(READS_AT_ONCE)
/** Flags for reading. A FIFO in the place of a file reads as empty: otherwise opening it would wait for a writer. */
export const READ: number = constants.O_RDONLY | constants.O_NONBLOCK

/** Reads a file of text, when few others are being read; `undefined` where there is no such file. */
export function readText(path: string): Promise<string | undefined> {
  return unlessMissing(
    reads.run(() => readFile(path, { encoding: 'utf8', flag: READ })),
    undefined,
  )
}

/** The names in a folder, in ASCII order; none where there is no such folder. */
export async function namesIn(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path), [])).sort()
}

/** What a path leads to, symbolic links not followed. */
export type Kind = 'folder' | 'file' | 'link' | 'other' | 'missing'

/** What is at a path. */
export async function kindOf(path: string): Promise<Kind> {
  const found = await unlessMissing(lstat(path), undefined)
  if (found === undefined) return 'missing'
  if (found.isSymbolicLink()) return 'link'
  if (found.isDirectory()) return 'folder'
  return found.isFile() ? 'file' : 'other'
}

/** What something gives, or another value where a file or folder it needs is not there. */
export async function unlessMissing<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    if (isGone(error)) return otherwise
    throw error
  }
}

/** Whether something failed because a file or folder is not there. */
export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR' // ENOTDIR: some program's file among our folders
}

/** Codes of failures where a file is in the place of a folder, a folder in that of a file, or a link in that of either. */
const MISPLACED: ReadonlySet<string | undefined> = new Set([
  'EEXIST',
  'EISDIR',
  'ELOOP',
  'ENOTDIR',
  'ENOTEMPTY',
  'ENXIO',
])

/** Whether something failed because there is something else in the place of a file or folder. */
export function isMisplaced(error: unknown): boolean {
  return MISPLACED.has((error as NodeJS.ErrnoException).code)
}
