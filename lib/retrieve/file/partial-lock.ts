/**
 * The lock of an output file, its partial file and its notes. It is in the folder `FILE.partial.lock`, on the same file
 * system, so that processes on other hosts see it as well.
 */
import { LockHeldError, LockLostError, OutputFileError } from '../../errors.js'
import { LockFolder, type Lock } from '../../fs/lock.js'
import { reasonOf } from '../../fs/system-reason.js'
import type { FileSystem } from '../../runtime/file-system.js'
import { systemRuntime, type Runtime } from '../../runtime/runtime.js'
import { OwnerFolder } from './owner-folder.js'

/** Maximum number of attempts to take the lock while other processes remove its folder. */
const MAX_ATTEMPTS = 100
/** Maximum time between two attempts. */
const MAX_PAUSE_MS = 10

/** The lock of an output file. */
export class PartialLock {
  /** The folder by which this process replaces and removes the files. */
  readonly owner: OwnerFolder
  readonly #folder: string
  readonly #lock: Lock
  readonly #files: FileSystem

  private constructor(folder: string, lock: Lock, owner: OwnerFolder, files: FileSystem) {
    this.owner = owner
    this.#folder = folder
    this.#lock = lock
    this.#files = files
  }

  /**
   * Takes the lock of an output file.
   *
   * @throws {LockHeldError} `ERR_LOCK_HELD`: another process writes to the file
   * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the lock cannot be written beside the file
   */
  static async take(path: string, runtime: Runtime = systemRuntime): Promise<PartialLock> {
    const { clock, files } = runtime
    const folder = `${path}.partial.lock`
    for (let attempt = 1; ; attempt++) {
      try {
        const locks = new LockFolder(folder, { runtime }) // it creates the folder once, and another process may remove it
        const lock = await locks.tryTake(path, `The output file ${path}`)
        try {
          return new PartialLock(folder, lock, await OwnerFolder.make(folder, lock, runtime), files)
        } catch (error) {
          await lock.release().catch(() => undefined) // the first error states the reason
          throw error
        }
      } catch (error) {
        if (error instanceof LockHeldError) {
          await files.rmdir(folder).catch(() => undefined) // its owner may have released it meanwhile, and could not remove the folder
          throw error
        }
        const { code } = error as NodeJS.ErrnoException
        const isRemoved = code === 'ENOENT' || error instanceof LockLostError
        if (!isRemoved || attempt === MAX_ATTEMPTS) {
          await files.rmdir(folder).catch(() => undefined) // on a full disk the folder is left empty
          throw new OutputFileError(path, `Its lock cannot be taken: ${reasonOf(error)}`, {
            cause: error,
          })
        }
        // The folder was removed by another process, which had released the lock or has taken it over.
        await clock.sleep(clock.random() * MAX_PAUSE_MS, undefined)
      }
    }
  }

  /** @throws {LockLostError} `ERR_LOCK_LOST`: another process has taken the lock over, or it was removed */
  assertHeld(): Promise<void> {
    return this.#lock.assertHeld()
  }

  /** Releases the lock, and removes its folder unless another process is in it. */
  async release(): Promise<void> {
    await this.owner.end()
    await this.#lock.release()
    await this.#files.rmdir(this.#folder).catch(() => undefined)
  }
}
