/** Renames a complete partial file to the output file, with the mode and owner of the file that it replaces. */
import { GlacierPipeError, OutputFileError } from '../../errors.js'
import { renameDurably } from '../../fs/durable.js'
import { reasonOf } from '../../fs/system-reason.js'
import type { FileSystem } from '../../runtime/file-system.js'
import type { PartialFile } from './partial-file.js'

/**
 * Renames a complete partial file. If that fails, the file is private again, and the next run only renames it.
 *
 * @param path - the output file
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the file cannot be renamed
 */
export async function renameToTarget(partial: PartialFile, path: string): Promise<void> {
  try {
    await takeModeOf(path, partial)
    await partial.assertOurs()
    await renameDurably(partial.path, path, partial.files)
  } catch (error) {
    await partial.bytes.chmod(0o600).catch(() => undefined) // the first error states the reason
    if (error instanceof GlacierPipeError) throw error
    throw new OutputFileError(
      path,
      `All bytes are in ${partial.path}, verified, but it cannot be renamed: ${reasonOf(error)}. ` +
        'Remove the cause and run the same again, or rename the file yourself.',
      { cause: error },
    )
  }
}

/**
 * Gives the partial file the mode and, if permitted, the owner and group of the file that it replaces, or the mode of a
 * new file. The permissions of a group are given to no other group.
 */
async function takeModeOf(path: string, { bytes, lock, files }: PartialFile): Promise<void> {
  const replaced = await files.stat(path).catch(() => undefined)
  if (!replaced) {
    await bytes.chmod(await modeOfNewFile(lock.owner.pathOf('mode'), files))
    return
  }
  const own = await bytes.stat()
  if (replaced.uid !== own.uid || replaced.gid !== own.gid) {
    await bytes
      .chown(replaced.uid, replaced.gid) // permitted to the superuser only
      .catch(() => bytes.chown(own.uid, replaced.gid)) // permitted to members of the group only
      .catch(() => undefined)
  }
  const isSameGroup = (await bytes.stat()).gid === replaced.gid
  await bytes.chmod(replaced.mode & (isSameGroup ? 0o777 : 0o707))
}

/** The mode of a new file. Reading the umask itself would change it for a moment, for all threads. */
async function modeOfNewFile(path: string, files: FileSystem): Promise<number> {
  await files.rm(path)
  const file = await files.open(path, 'wx', 0o666) // does not follow a symbolic link of that name
  try {
    return (await file.stat()).mode & 0o777
  } finally {
    await file.close() // it is removed with the folder of the owner
  }
}
