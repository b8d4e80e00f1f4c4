/**
 * Checks whether a file can be replaced by renaming another file to its path, before anything is retrieved: otherwise the
 * failure would show only at the end.
 */
import { dirname } from 'node:path'
import { OutputFileError } from '../../errors.js'
import type { FileStats, FileSystem } from '../../runtime/file-system.js'

/** In a folder with this bit, such as `/tmp`, only the owner of a file or of the folder can replace the file. */
const STICKY_BIT = 0o1000

/** The user and the mounts of the process that replaces a file. Tests pass their own. */
export interface Replacer {
  /** The user's ID; `undefined` on Windows. */
  readonly user: number | undefined
  /** The file that lists the mounts of the process on Linux; other systems have no such file. */
  readonly mountInfo: string
}

/**
 * Checks that a file can be replaced.
 *
 * @param path - the file, with no symbolic link in it
 * @param file - the existing file
 * @param replacer - default the user of the file system, and the mounts of this process
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: it is a mount point, such as a single file that is mounted into a
 *   container, or it belongs to another user in a folder with the sticky bit
 */
export async function assertReplaceable(
  path: string,
  file: FileStats,
  files: FileSystem,
  { user, mountInfo }: Replacer = { user: files.user, mountInfo: '/proc/self/mountinfo' },
): Promise<void> {
  if ((await mountPoints(mountInfo, files)).has(path)) {
    throw new OutputFileError(
      path,
      'It is a mount point and cannot be replaced. Mount its directory instead, or give another path.',
    )
  }
  if (user === undefined || user === 0 || file.uid === user) return
  const folder = await files.stat(dirname(path))
  if ((folder.mode & STICKY_BIT) === 0 || folder.uid === user) return
  throw new OutputFileError(
    path,
    `It belongs to another user, and only that user can replace it in ${dirname(path)}, which has the sticky bit. Give another path.`,
  )
}

/** The paths of all mount points. */
async function mountPoints(mountInfo: string, files: FileSystem): Promise<ReadonlySet<string>> {
  const text = await files.readFile(mountInfo).catch(() => '')
  // The mount point is the fifth field of a line; spaces, tabs, line ends and backslashes are written in octal.
  return new Set(
    text
      .split('\n')
      .map((line) =>
        (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code: string) =>
          String.fromCharCode(Number.parseInt(code, 8)),
        ),
      ),
  )
}
