/**
 * A folder of the owner of a lock, by which it replaces and removes files that belong to the lock.
 *
 * A process may be paused between a look at the lock and its next step, and another process may take the lock over
 * meanwhile. No look can prevent that. So each such step is a rename from or to this folder: the next owner first removes
 * the folders of the owners before it, and the rename of a former owner fails.
 *
 * - The folder is created before the lock is checked again: a process that takes the lock over after that check finds it.
 * - It only contains files with the names of {@link OWNED_FILES}, which can be lost: new notes, and files to be removed.
 */
import { join } from 'node:path'
import { OutputFileError } from '../../errors.js'
import { namesInLock } from '../../fs/lock-files.js'
import type { Lock } from '../../fs/lock.js'
import { isMissing } from '../../fs/missing.js'
import type { Runtime } from '../../runtime/runtime.js'
import type { FileStats, FileSystem } from '../../runtime/file-system.js'

/** The names of such folders. */
const FOLDER_NAME = /^[\da-f-]+\.owner$/
const OWNED_FILES = ['notes', 'mode', 'removed'] as const

/** The name of a file in the folder of an owner. */
export type OwnedFile = (typeof OWNED_FILES)[number]

/** The folder of the owner of a lock. */
export class OwnerFolder {
  readonly #path: string
  readonly #lock: Lock
  readonly #files: FileSystem

  private constructor(path: string, lock: Lock, files: FileSystem) {
    this.#path = path
    this.#lock = lock
    this.#files = files
  }

  /**
   * Makes the folder of this process, and removes those of earlier owners.
   *
   * @param dir - the folder that contains the lock
   * @throws {LockLostError} `ERR_LOCK_LOST`: another process has taken the lock over
   * @throws the error of the system if the folder cannot be created
   */
  static async make(dir: string, lock: Lock, { files, random }: Runtime): Promise<OwnerFolder> {
    const name = `${random.uuid()}.owner`
    await files.mkdir(join(dir, name), 0o700)
    const folder = new OwnerFolder(join(dir, name), lock, files)
    try {
      await lock.assertHeld()
      for (const other of await namesInLock(dir, files))
        if (FOLDER_NAME.test(other) && other !== name) await removeFolder(join(dir, other), files)
      return folder
    } catch (error) {
      await folder.end()
      throw error
    }
  }

  /** The path of a file in this folder. */
  pathOf(name: OwnedFile): string {
    return join(this.#path, name)
  }

  /**
   * Takes a step that needs this folder.
   *
   * @param path - the output file, for messages
   * @throws {LockLostError} `ERR_LOCK_LOST`: the folder is missing, because another process has taken the lock over
   * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the folder is missing although the lock is held
   * @throws the error of the step
   */
  async owned<T>(path: string, step: () => Promise<T>): Promise<T> {
    try {
      return await step()
    } catch (error) {
      if (!isMissing(error)) throw error
      await this.#lock.assertHeld()
      throw new OutputFileError(path, `The folder ${this.#path} was removed meanwhile. Run the same again.`, {
        cause: error,
      })
    }
  }

  /** Whether a file has the mode and the user of the files that this process creates. */
  async isLikeOwn({ mode, uid }: FileStats): Promise<boolean> {
    const own = await this.#files.lstat(this.#path)
    return uid === own.uid && (mode & 0o777) === (own.mode & 0o666) // the folder differs from a file by its x bits
  }

  /**
   * Removes a file, if it exists and this process still owns the lock.
   *
   * @throws {OutputFileError} `ERR_OUTPUT_FILE`: something else is in its place, and stays
   */
  async remove(path: string): Promise<void> {
    try {
      if (!(await this.#files.lstat(path)).isFile())
        throw new OutputFileError(path, 'Another program has put something else in its place. Move it away.')
      await this.#files.rename(path, this.pathOf('removed'))
    } catch (error) {
      if (isMissing(error)) return
      throw error
    }
    await this.#files.rm(this.pathOf('removed'))
  }

  /** Removes the folder. */
  end(): Promise<void> {
    return removeFolder(this.#path, this.#files)
  }
}

/**
 * Removes the folder of an owner with its files, unless it contains others. A symbolic link is not followed. A failure
 * leaves the folder to the next owner.
 */
async function removeFolder(path: string, files: FileSystem): Promise<void> {
  try {
    if (!(await files.lstat(path)).isDirectory()) return
    for (const name of OWNED_FILES) await files.rm(join(path, name))
    await files.rmdir(path)
  } catch {
    // Another process may be removing it.
  }
}
