/**
 * Locks that a dead process cannot keep, between all processes that share a folder.
 *
 * On one host and in one PID namespace the identity of the owner alone decides: a paused owner is alive. Elsewhere, on
 * another host or in another container, an owner is gone when it has not written to its file for ten minutes. How a lock
 * changes hands, and what a crash leaves behind, is described in lock-claim.ts.
 */
import { createHash } from 'node:crypto'
import { lstat, rmdir, unlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LockHeldError, LockLostError } from '../errors.js'
import { makeFolder } from './durable.js'
import { LockClaim, type TakenLock } from './lock-claim.js'
import { assertFolder, namesInLock, ownerState, sweepLocks, touch } from './lock-files.js'
import { isMissing } from './missing.js'
import { parseOwnerName, type LockOwner } from './owner-name.js'

export type { LockOwner } from './owner-name.js'

/** Times of a {@link LockFolder}; all optional. */
export interface LockFolderOptions {
  /** Milliseconds between two writes to the file of a lock that is held; default a minute. */
  readonly heartbeatMs?: number | undefined
  /** Milliseconds without a write after which an owner elsewhere is gone; default ten minutes. */
  readonly staleMs?: number | undefined
  /** Milliseconds between two attempts of {@link LockFolder.alone}; default 5. */
  readonly pauseMs?: number | undefined
  /** Milliseconds for which {@link LockFolder.alone} waits for other processes; default 30,000. */
  readonly patienceMs?: number | undefined
}

/** A lock that this process has taken. */
export class Lock implements AsyncDisposable {
  /** The owner that was gone and whose lock was taken over; `undefined` where the lock was free. */
  readonly previous: LockOwner | undefined
  /** Whether the previous owner ran on another host or in another container, and its heartbeat was stale. */
  readonly wasElsewhere: boolean
  readonly #path: string
  readonly #file: string
  readonly #what: string
  readonly #timer: NodeJS.Timeout
  #beating: Promise<void> = Promise.resolve()
  #releasing: Promise<void> | undefined

  /** Made by a {@link LockFolder}. */
  constructor(path: string, { name, previous, wasElsewhere }: TakenLock, what: string, heartbeatMs: number) {
    this.previous = previous
    this.wasElsewhere = wasElsewhere
    this.#path = path
    this.#file = join(path, name)
    this.#what = what
    this.#timer = setInterval(() => {
      this.#beating = touch(this.#file).catch(() => undefined) // assertHeld() reports a lock that was lost
    }, heartbeatMs)
    this.#timer.unref()
  }

  /**
   * Checks that this process still holds the lock, and renews its heartbeat. To be called before every step that must
   * not happen twice.
   *
   * @throws {LockLostError} `ERR_LOCK_LOST`: another process has taken it over, it was removed, or it was released
   */
  async assertHeld(): Promise<void> {
    try {
      await touch(this.#file)
      await lstat(this.#file) // it may have been renamed between opening it and writing to it
    } catch (error) {
      if (!isMissing(error)) throw error
      throw new LockLostError(this.#what.replace(/^The /, 'the '), { cause: error })
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

  async #release(): Promise<void> {
    clearInterval(this.#timer)
    await this.#beating
    try {
      await unlink(this.#file)
    } catch (error) {
      if (isMissing(error)) return // it is another process's now
      throw error
    }
    await rmdir(this.#path).catch(() => undefined) // free anyway, and another process may have taken it already
  }
}

/** A folder of locks, each named by a key. */
export class LockFolder {
  readonly #dir: string
  readonly #heartbeatMs: number
  readonly #staleMs: number
  readonly #pauseMs: number
  readonly #patienceMs: number
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #stopped = new AbortController()
  #opening: Promise<void> | undefined

  /** @param dir - the folder; created on first use, with the parents that are missing */
  constructor(dir: string, options: LockFolderOptions = {}) {
    this.#dir = resolve(dir)
    this.#heartbeatMs = options.heartbeatMs ?? 60_000
    this.#staleMs = options.staleMs ?? 600_000
    this.#pauseMs = options.pauseMs ?? 5
    this.#patienceMs = options.patienceMs ?? 30_000
  }

  /**
   * Takes a lock, or fails at once where a living owner holds it.
   *
   * @param key - any text; it does not become a path
   * @param what - what the lock protects, for messages, as `The upload X`
   * @throws {LockHeldError} `ERR_LOCK_HELD`: it is held, be it by this process
   */
  async tryTake(key: string, what: string): Promise<Lock> {
    return this.#take(key, what, 0)
  }

  /** The living owner of a lock; `undefined` where the lock is free, or its owner is gone. Changes nothing. */
  async ownerOf(key: string): Promise<LockOwner | undefined> {
    const path = this.#path(key)
    for (const name of await namesInLock(path)) {
      const owner = parseOwnerName(name)
      if (owner === undefined) continue
      if ((await ownerState(owner, join(path, name), this.#dir, this.#staleMs)) === 'living') return owner
    }
    return undefined
  }

  /**
   * Runs something while nothing else with the same key runs. In one process those who wait are served in turn; between
   * processes they try again and again. What it runs must not ask for the same lock again.
   *
   * @param key - any text; names what is to be left alone
   * @throws what `act` throws
   * @throws {LockHeldError} `ERR_LOCK_HELD`: another process has held the lock for too long, or holds it when the waiting
   *   is stopped
   */
  async alone<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const run = async (): Promise<T> => {
      const lock = await this.#take(key, `The lock "${key}"`, this.#patienceMs)
      try {
        return await act()
      } finally {
        await lock.release()
      }
    }
    const acting = before.then(run, run)
    this.#last.set(key, acting)
    try {
      return await acting
    } finally {
      if (this.#last.get(key) === acting) this.#last.delete(key)
    }
  }

  /** Ends all waiting for locks that others hold, and lets nothing wait from now on. What has its lock goes on. */
  stopWaiting(): void {
    this.#stopped.abort()
  }

  async #take(key: string, what: string, patienceMs: number): Promise<Lock> {
    await this.#open()
    const path = this.#path(key)
    const claim = await LockClaim.make(this.#dir, path, this.#staleMs)
    try {
      let found = await claim.take()
      for (let waitedMs = 0; !('name' in found); waitedMs += this.#pauseMs) {
        if (waitedMs >= patienceMs || this.#stopped.signal.aborted) throw new LockHeldError(what, found)
        await sleep(this.#pauseMs)
        found = await claim.take()
      }
      return new Lock(path, found, what, this.#heartbeatMs)
    } finally {
      await claim.end()
    }
  }

  async #open(): Promise<void> {
    this.#opening ??= this.#prepare()
    try {
      await this.#opening
    } catch (error) {
      this.#opening = undefined // the next attempt may succeed
      throw error
    }
  }

  async #prepare(): Promise<void> {
    await makeFolder(this.#dir)
    await assertFolder(this.#dir)
    await sweepLocks(this.#dir, this.#staleMs)
  }

  #path(key: string): string {
    return join(this.#dir, createHash('sha256').update(key).digest('hex'))
  }
}
