/**
 * Locks that a dead process cannot keep, between all processes that share a folder.
 *
 * On one host and in one PID namespace the identity of the owner alone decides: a paused owner is alive. On another host
 * or in another container, an owner is gone when it has not written to its file for ten minutes. How a lock changes hands,
 * and what a crash leaves behind, is described in lock-claim.ts.
 */
import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { LockHeldError } from '../errors.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import { makeFolder } from './durable.js'
import { Lock } from './held-lock.js'
import { LockClaim } from './lock-claim.js'
import { assertFolder, namesInLock, ownerState, sweepLocks, type LockDirectory } from './lock-files.js'
import { parseOwnerName, type LockOwner } from './owner-name.js'

export type { Lock } from './held-lock.js'
export type { LockOwner } from './owner-name.js'

/** The intervals of a {@link LockFolder}, in milliseconds; all optional. */
export interface LockFolderOptions {
  /** The interval between two writes to the file of a lock that is held; default 60,000. */
  readonly heartbeatMs?: number | undefined
  /** The time without a write after which an owner on another host or in another container is gone; default 600,000. */
  readonly staleMs?: number | undefined
  /** The pause between two attempts of {@link LockFolder.withLock}; default 5. */
  readonly retryPauseMs?: number | undefined
  /** The time for which {@link LockFolder.withLock} waits for other processes; default 30,000. */
  readonly timeoutMs?: number | undefined
  /** Default: the real clock, disk and processes. */
  readonly runtime?: Runtime | undefined
}

/** A folder of locks, each named by a key. */
export class LockFolder {
  readonly #locks: LockDirectory
  readonly #heartbeatMs: number
  readonly #retryPauseMs: number
  readonly #timeoutMs: number
  /** The last action of this process for each key. */
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #stopped = new AbortController()
  #opening: Promise<void> | undefined

  /** @param dir - the folder; created on first use, with its missing parents */
  constructor(dir: string, options: LockFolderOptions = {}) {
    const { staleMs = 600_000, runtime = systemRuntime } = options
    this.#locks = { dir: resolve(dir), staleMs, runtime }
    this.#heartbeatMs = options.heartbeatMs ?? 60_000
    this.#retryPauseMs = options.retryPauseMs ?? 5
    this.#timeoutMs = options.timeoutMs ?? 30_000
  }

  /**
   * Takes a lock, or fails at once if a living owner holds it.
   *
   * @param key - any text; it does not become a path
   * @param subject - the thing that the lock protects, for messages: `The upload X`
   * @throws {LockHeldError} `ERR_LOCK_HELD`: it is held, possibly by this process
   */
  async tryTake(key: string, subject: string): Promise<Lock> {
    return this.#take(key, subject, 0)
  }

  /** The living owner of a lock; `undefined` if the lock is free, or its owner is gone. Changes nothing. */
  async ownerOf(key: string): Promise<LockOwner | undefined> {
    const path = this.#path(key)
    for (const name of await namesInLock(path, this.#locks.runtime.files)) {
      const owner = parseOwnerName(name)
      if (owner === undefined) continue
      if ((await ownerState(owner, join(path, name), this.#locks)) === 'living') return owner
    }
    return undefined
  }

  /**
   * Runs an action while no other action with the same key runs. Within one process, actions run in the order of the
   * calls; other processes try again at intervals. The action must not request the same lock.
   *
   * @param key - any text; names the thing that is locked
   * @throws the error of the action
   * @throws {LockHeldError} `ERR_LOCK_HELD`: another process has held the lock for too long, or holds it when the waiting
   *   is stopped
   */
  async withLock<T>(key: string, action: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const run = async (): Promise<T> => {
      const lock = await this.#take(key, `The lock "${key}"`, this.#timeoutMs)
      try {
        return await action()
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

  /** Ends all waiting for locks that others hold, and prevents waiting from now on. Running actions continue. */
  stopWaiting(): void {
    this.#stopped.abort()
  }

  async #take(key: string, subject: string, timeoutMs: number): Promise<Lock> {
    await this.#open()
    const path = this.#path(key)
    const claim = await LockClaim.make(this.#locks, path)
    const { runtime } = this.#locks
    try {
      let found = await claim.take()
      for (let waitedMs = 0; !('name' in found); waitedMs += this.#retryPauseMs) {
        if (waitedMs >= timeoutMs || this.#stopped.signal.aborted) throw new LockHeldError(subject, found)
        await runtime.clock.sleep(this.#retryPauseMs, undefined)
        found = await claim.take()
      }
      return new Lock(path, found, subject, this.#heartbeatMs, runtime)
    } finally {
      await claim.end().catch(() => undefined) // a lock that was taken is held; the leftover is swept later
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
    const { dir, runtime } = this.#locks
    await makeFolder(dir, runtime.files).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') await assertFolder(dir, runtime.files)
      throw error
    })
    await assertFolder(dir, runtime.files)
    await sweepLocks(this.#locks)
  }

  #path(key: string): string {
    return join(this.#locks.dir, createHash('sha256').update(key).digest('hex'))
  }
}
