/**
 * Where a retrieval's output goes: what a path leads to is found out before a job is paid for.
 */
import type { BigIntStats } from 'node:fs'
import { lstat, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { OutputFileError } from '../../errors.js'
import { assertReplaceable } from './replaceable.js'

/** Symbolic links that are followed, as systems do. */
const MOST_LINKS = 40

/**
 * - `file`: a regular file, or one that is to be created. It is replaced when all is there
 * - `stream`: a FIFO, a device or a socket: bytes are written into it as they come
 */
export type OutputTarget =
  | { readonly kind: 'file'; readonly path: string; readonly replaced: BigIntStats | undefined }
  | { readonly kind: 'stream'; readonly path: string; readonly isFifo: boolean; readonly isSocket: boolean }

/**
 * What a path leads to. Symbolic links are followed, to a file that does not exist as well.
 *
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: it is a directory's, its directory does not exist, or what is
 *   there cannot be replaced
 */
export async function outputTarget(path: string): Promise<OutputTarget> {
  // Both would be resolved to a path that was not given: that of the working directory, that without the slash.
  if (path.endsWith('/') || path.endsWith(sep))
    throw new OutputFileError(path, 'It is the path of a directory. Give the path of a file.')
  const found = await orMissing(stat(path, { bigint: true }))
  if (found?.isDirectory()) throw new OutputFileError(path, 'It is a directory. Give the path of a file.')
  if (found && !found.isFile())
    return { kind: 'stream', path, isFifo: found.isFIFO(), isSocket: found.isSocket() }
  const target = await resolved(path)
  if (found) await assertReplaceable(target, found)
  return { kind: 'file', path: target, replaced: found }
}

/** The path behind all symbolic links. */
async function resolved(path: string): Promise<string> {
  let at = resolve(path)
  for (let links = 0; links < MOST_LINKS; links++) {
    const folder = await orMissing(realpath(dirname(at)))
    if (folder === undefined)
      throw new OutputFileError(path, `The directory ${dirname(at)} does not exist. Create it first.`)
    at = join(folder, basename(at))
    const found = await orMissing(lstat(at))
    if (!found?.isSymbolicLink()) return at
    at = resolve(folder, await readlink(at))
  }
  throw new OutputFileError(
    path,
    'It is a symbolic link that leads to itself. Remove it, or give another path.',
  )
}

/** What a look at a path finds; `undefined` where there is nothing. */
export async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ELOOP') return undefined
    throw error
  }
}
