/**
 * Whether a file can be replaced by renaming another one to its path: what would fail only after everything was
 * retrieved is found out before.
 */
import type { BigIntStats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { OutputFileError } from '../../errors.js'

/** In a folder with this bit, as `/tmp`, files are replaced only by their owner or the folder's. */
const STICKY = 0o1000n

/** Who replaces a file, and in which system. Tests replace it. */
export interface Replacer {
  /** The user's ID; `undefined` on Windows. */
  readonly user: number | undefined
  /** The mounts that the process sees, as Linux lists them; elsewhere there is no such file. */
  readonly mountInfo: string
}

const SELF: Replacer = { user: process.geteuid?.(), mountInfo: '/proc/self/mountinfo' }

/**
 * Checks that a file can be replaced.
 *
 * @param path - the file, with no symbolic link in it
 * @param file - what is there
 * @param replacer - default this process
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: it is a mount point, as a single file that is mounted into a container,
 *   or it belongs to another user in a folder with the sticky bit
 */
export async function assertReplaceable(
  path: string,
  file: BigIntStats,
  { user, mountInfo }: Replacer = SELF,
): Promise<void> {
  if ((await mountPoints(mountInfo)).has(path)) {
    throw new OutputFileError(
      path,
      'It is a mount point, and cannot be replaced. Mount the directory it is in, or give another path.',
    )
  }
  if (user === undefined || user === 0 || file.uid === BigInt(user)) return
  const folder = await stat(dirname(path), { bigint: true })
  if ((folder.mode & STICKY) === 0n || folder.uid === BigInt(user)) return
  throw new OutputFileError(
    path,
    `It belongs to another user, and only that user can replace it in ${dirname(path)}, which has the sticky bit. Give another path.`,
  )
}

/** The paths something is mounted at. */
async function mountPoints(mountInfo: string): Promise<ReadonlySet<string>> {
  const text = await readFile(mountInfo, 'utf8').catch(() => '')
  // The fifth field of a line, in which spaces, tabs, line ends and backslashes are octal.
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
