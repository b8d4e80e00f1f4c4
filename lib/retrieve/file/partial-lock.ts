/**
 * One process owns an output file and what lies beside it: the lock is in the folder `FILE.partial.lock`, on the same
 * file system, so that processes of other hosts that write to the same file see it as well.
 */
import { rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { LockHeldError, OutputFileError } from '../../errors.js'
import { LockFolder, type Lock } from '../../fs/lock.js'

/** Attempts to take the lock while other processes remove the folder it is in. */
const ATTEMPTS = 100
/** Milliseconds between two attempts, at most. */
const PAUSE_MS = 10

/** The lock of an output file. */
export class PartialLock {
  readonly #folder: string
  readonly #lock: Lock

  private constructor(folder: string, lock: Lock) {
    this.#folder = folder
    this.#lock = lock
  }

  /**
   * Takes the lock of an output file.
   *
   * @throws {LockHeldError} `ERR_LOCK_HELD`: another process writes to it
   * @throws {OutputFileError} `ERR_OUTPUT_FILE`: nothing can be written beside it
   */
  static async take(path: string): Promise<PartialLock> {
    const folder = `${path}.partial.lock`
    for (let attempt = 1; ; attempt++) {
      try {
        return new PartialLock(folder, await new LockFolder(folder).tryTake(path, `The output file ${path}`))
      } catch (error) {
        if (error instanceof LockHeldError) {
          await rmdir(folder).catch(() => undefined) // its owner may have released it meanwhile, with us in it
          throw error
        }
        const { code, message } = error as NodeJS.ErrnoException
        if (code !== 'ENOENT' || attempt === ATTEMPTS) {
          await rmdir(folder).catch(() => undefined) // on a full disk there is a folder, and nothing in it
          throw new OutputFileError(path, `Its lock cannot be taken: ${message}`, { cause: error })
        }
        await pause(Math.random() * PAUSE_MS) // the folder was removed by another process, which had released it
      }
    }
  }

  /** A path for something that is only the owner's, on the file's own file system. */
  pathOf(name: string): string {
    return join(this.#folder, name)
  }

  /** @throws {LockLostError} `ERR_LOCK_LOST`: another process has taken it over, or it was removed */
  assertHeld(): Promise<void> {
    return this.#lock.assertHeld()
  }

  /** Releases the lock, and removes its folder unless another process is in it. */
  async release(): Promise<void> {
    await this.#lock.release()
    await rmdir(this.#folder).catch(() => undefined)
  }
}
