/** Checks whether a file fits its file system. */
import { OutputFileError } from '../../errors.js'
import type { FileSystem } from '../../runtime/file-system.js'

/**
 * Checks that a number of additional bytes fits. A file system that does not state its free space passes.
 *
 * @param path - the file, for the message
 * @param folder - the folder of the file
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the bytes do not fit
 */
export async function assertFits(
  path: string,
  folder: string,
  bytes: number,
  files: FileSystem,
): Promise<void> {
  const found = await files.statfs(folder).catch(() => undefined)
  // A file system without a size, such as ramfs and many in user space, states zeros.
  const free = found && found.blocks > 0 ? found.bavail * found.bsize : undefined
  if (free === undefined || bytes <= free) return
  throw new OutputFileError(
    path,
    `There is too little free space: ${bytes} more bytes are needed, ${free} are free. Make room, or give another path.`,
  )
}
