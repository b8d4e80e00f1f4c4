/** The target of a retrieval's output. It is determined before a job is started, which costs money. */
import { basename, dirname, join, resolve, sep } from 'node:path'
import { OutputFileError } from '../../errors.js'
import type { FileSystem } from '../../runtime/file-system.js'
import { assertReplaceable } from './replaceable.js'

/** Maximum number of symbolic links that are followed, as on Linux. */
const MAX_LINKS = 40

/**
 * The target of an output path:
 * - `file`: a regular file, or a new one. It is replaced when all bytes have arrived
 * - `stream`: a FIFO, a device or a socket. Bytes are written to it as they arrive
 */
export type OutputTarget =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stream'; readonly path: string; readonly isFifo: boolean; readonly isSocket: boolean }

/**
 * Determines the target of a path. Symbolic links are followed, even to a file that does not exist.
 *
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the path is that of a directory, its directory does not exist, the existing file
 *   cannot be replaced, or it is a descriptor of this process, as `/dev/stdout`, that is that of a file or is closed
 */
export async function outputTarget(path: string, files: FileSystem): Promise<OutputTarget> {
  assertNamesFile(path, path)
  const found = await orMissing(files.stat(path))
  if (found?.isDirectory()) throw new OutputFileError(path, 'It is a directory. Give the path of a file.')
  if (found && !found.isFile())
    return { kind: 'stream', path, isFifo: found.isFIFO(), isSocket: found.isSocket() }
  const target = await resolveLinks(path, files)
  if ((await descriptorAt(target, files)) !== undefined)
    throw new OutputFileError(
      path,
      'It is a descriptor that is open or closed already, and not a file that can be replaced. Give the path of a file, or write to stdout and redirect it.',
    )
  if (found) await assertReplaceable(target, found, files)
  return { kind: 'file', path: target }
}

/**
 * The descriptor of this process to which a path leads, such as 1 for `/dev/stdout`; `undefined` for any other path, also one that
 * cannot be written.
 */
export async function descriptorOf(path: string, files: FileSystem): Promise<number | undefined> {
  const target = await resolveLinks(path, files).catch(() => undefined)
  return target === undefined ? undefined : descriptorAt(target, files)
}

/**
 * The descriptor of this process that a path without symbolic links stands for; `undefined` for any other path. Linux shows
 * descriptors in a folder of each process, to which `/dev/fd` and `/dev/stdout` lead, and macOS in `/dev/fd`.
 */
async function descriptorAt(path: string, files: FileSystem): Promise<number | undefined> {
  const [, folder, digits] = /^(\/dev|\/proc\/\d+)(?:\/task\/\d+)?\/fd\/(\d{1,6})$/.exec(path) ?? []
  if (digits === undefined) return undefined
  const isOwn = folder === '/dev' || (await orMissing(files.realpath('/proc/self'))) === folder
  return isOwn ? Number(digits) : undefined
}

/** Resolves all symbolic links of a path, except for the one that a descriptor is. */
async function resolveLinks(path: string, files: FileSystem): Promise<string> {
  let at = resolve(path)
  for (let links = 0; links < MAX_LINKS; links++) {
    const folder = await orMissing(files.realpath(dirname(at)))
    if (folder === undefined)
      throw new OutputFileError(path, `The directory ${dirname(at)} does not exist. Create it first.`)
    at = join(folder, basename(at))
    if ((await descriptorAt(at, files)) !== undefined) return at
    const found = await orMissing(files.lstat(at))
    if (!found?.isSymbolicLink()) return at
    const link = await files.readlink(at)
    assertNamesFile(path, link)
    at = resolve(folder, link)
  }
  throw new OutputFileError(
    path,
    'It is a symbolic link that leads to itself. Remove it, or give another path.',
  )
}

/**
 * Checks that a path, or the content of a symbolic link, can be that of a file. Resolving it would remove a slash or dots at
 * its end, and lead to a file or directory of another name.
 */
function assertNamesFile(path: string, name: string): void {
  const last = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(sep)) + 1)
  if (!['', '.', '..'].includes(last)) return
  throw new OutputFileError(path, 'It is the path of a directory. Give the path of a file.')
}

/** The result of looking up a path; `undefined` if nothing exists there. */
export async function orMissing<T>(lookup: Promise<T>): Promise<T | undefined> {
  try {
    return await lookup
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ELOOP') return undefined
    throw error
  }
}
