/** Whether a file fits the file system it is to be written to. */
import { statfs } from 'node:fs/promises'
import { OutputFileError } from '../../errors.js'

/**
 * Checks that so many more bytes fit. A file system that does not tell how much is free passes.
 *
 * @param path - the file, for the message
 * @param folder - where it is
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: they do not fit
 */
export async function assertFits(path: string, folder: string, bytes: number): Promise<void> {
  const found = await statfs(folder).catch(() => undefined)
  // A file system without a size, as ramfs and many of FUSE, states zeros.
  const free = found && found.blocks > 0 ? found.bavail * found.bsize : undefined
  if (free === undefined || bytes <= free) return
  throw new OutputFileError(
    path,
    `There is too little free space: ${bytes} more bytes are needed, ${free} are free. Make room, or give another path.`,
  )
}
