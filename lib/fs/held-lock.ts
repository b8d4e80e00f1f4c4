/** A lock that this process holds. Its owner file is written to at intervals, so that other hosts see that it is alive. */
import { join } from 'node:path'
import { LockLostError } from '../errors.js'
import type { Runtime } from '../runtime/runtime.js'
import type { TakenLock } from './lock-claim.js'
import { touch } from './lock-files.js'
import { isMissing } from './missing.js'
import type { LockOwner } from './owner-name.js'

/** A lock that this process has taken. */
export class Lock implements AsyncDisposable {
  /** The owner that was gone and whose lock was taken over; `undefined` if the lock was free. */
  readonly previous: LockOwner | undefined
  /** Whether the previous owner ran on another host or in another container, and its heartbeat was stale. */
  readonly wasElsewhere: boolean
  readonly #path: string
  readonly #file: string
  readonly #subject: string
  readonly #runtime: Runtime
  readonly #released = new AbortController()
  readonly #beating: Promise<void>
  #releasing: Promise<void> | undefined

  /** Made by a {@link LockFolder}. */
  constructor(
    path: string,
    { name, previous, wasElsewhere }: TakenLock,
    subject: string,
    heartbeatMs: number,
    runtime: Runtime,
  ) {
    this.previous = previous
    this.wasElsewhere = wasElsewhere
    this.#path = path
    this.#file = join(path, name)
    this.#subject = subject
    this.#runtime = runtime
    this.#beating = this.#beat(heartbeatMs)
  }

  /**
   * Checks that this process still holds the lock, and renews its heartbeat. To be called before every step that must
   * not happen twice.
   *
   * @throws {LockLostError} `ERR_LOCK_LOST`: another process has taken it over, it was removed, or it was released
   */
  async assertHeld(): Promise<void> {
    const { files } = this.#runtime
    try {
      await touch(this.#file, files)
      await files.lstat(this.#file) // it may have been renamed between opening it and writing to it
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new LockLostError(this.#subject.replace(/^The /, 'the '), { cause: error })
    }
  }

  /** Releases the lock, unless another process has taken it over. May be called again. */
  release(): Promise<void> {
    this.#releasing ??= this.#release()
    return this.#releasing
  }

  /** The same as {@link Lock.release}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  /** Writes to the owner's file at intervals, until the lock is released. That does not keep the process running. */
  async #beat(intervalMs: number): Promise<void> {
    const { clock, files } = this.#runtime
    const { signal } = this.#released
    const pause = (): Promise<boolean> =>
      clock.sleep(intervalMs, signal, { keepsAlive: false }).then(
        () => true,
        () => false,
      )
    while (await pause()) await touch(this.#file, files).catch(() => undefined) // assertHeld() reports a lost lock
  }

  async #release(): Promise<void> {
    const { files } = this.#runtime
    this.#released.abort()
    await this.#beating
    try {
      await files.unlink(this.#file)
    } catch (error) {
      if (isMissing(error)) return // another process owns it now
      throw error
    }
    await files.rmdir(this.#path).catch(() => undefined) // free anyway, and another process may have taken it already
  }
}
