/**
 * One process's claim to one lock.
 *
 * A lock is a folder, and its owner is the process that a file in the folder is named for. The name contains the whole
 * identity, so that the name and the ownership change in one step.
 *
 * How a lock changes hands; each step is one system call that succeeds for one process only:
 * - A free lock is taken by renaming a prepared folder, with the new owner's file in it, to the lock's path. That fails
 *   if the lock's folder exists and is not empty.
 * - The lock of an owner that is gone is taken over by renaming the owner's file to the new owner's name. The file is
 *   written to first: otherwise its modification time would make the new owner look stale to other hosts.
 * - A lock is released by removing the owner's own file, which fails after a take-over, and then the folder.
 *
 * Invariants:
 * 1. A process owns the lock only after its name appeared in the folder and, unless it came with the prepared folder,
 *    a listing made after that showed no other living owner. Of two names that meet, at least one process sees both
 *    and withdraws its own. So no combination of files in the folder leads to two owners.
 * 2. An owner whose name is missing does not own the lock. A process that takes a lock removes the names of all owners that
 *    are gone, so that an owner that was stale and comes back finds out.
 * 3. Names of other forms mean nothing and are never changed or removed. A folder that contains only such names is
 *    free: it is taken by creating the owner's file in it.
 *
 * A crash leaves this behind, depending on the step after which it happens:
 * - folder prepared, with or without its file: a leftover that is swept once its owner is gone
 * - lock taken, taken over, or its file created beside a foreign one: a dead owner, which the next process
 *   takes over or sweeps
 * - dead owner's file written to: it seems fresh to other hosts for one more period
 * - owner's file removed on release: an empty folder, which a rename replaces (on Windows, it is removed first)
 * - time probe created: a leftover, swept like a prepared folder
 */
import { join } from 'node:path'
import type { FileSystem } from '../runtime/file-system.js'
import { namesInLock, ownerState, removeOwnerFile, touch, type LockDirectory } from './lock-files.js'
import { isMissing } from './missing.js'
import { ownerName, parseOwnerName, type LockOwner } from './owner-name.js'

/** The codes of the errors of renaming a folder if its new path is in use; on Windows even by an empty folder. */
const OCCUPIED = new Set<string | undefined>(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM', 'EACCES'])
/** Maximum pause before a process that withdrew its name looks again. */
const MAX_WITHDRAWN_MS = 20

/** A lock that was taken. */
export interface TakenLock {
  /** The name of the owner's file. */
  readonly name: string
  /** The owner from which it was taken over; `undefined` if the lock was free. */
  readonly previous: LockOwner | undefined
  /** Whether that owner ran on another host or in another container. */
  readonly wasElsewhere: boolean
}

/** The file of an owner that is gone. */
interface Leftover {
  readonly name: string
  readonly owner: LockOwner
  readonly wasElsewhere: boolean
}

/** One process's claim to one lock. */
export class LockClaim {
  readonly #locks: LockDirectory
  readonly #files: FileSystem
  readonly #path: string
  readonly #name: string
  readonly #maxLooks: number
  #isPrepared = false
  #takenOver: Pick<TakenLock, 'previous' | 'wasElsewhere'> = { previous: undefined, wasElsewhere: false }

  private constructor(locks: LockDirectory, path: string, name: string, maxLooks: number) {
    this.#locks = locks
    this.#files = locks.runtime.files
    this.#path = path
    this.#name = name
    this.#maxLooks = maxLooks
  }

  /**
   * Makes this process's claim to a lock.
   *
   * @param locks - the folder of all locks, which exists
   * @param path - the folder of this lock
   * @param maxLooks - number of looks after which `take` fails that has found neither an owner nor a way in
   */
  static async make(locks: LockDirectory, path: string, maxLooks = 1000): Promise<LockClaim> {
    const { runtime } = locks
    const name = ownerName(await runtime.processes.current(), runtime)
    return new LockClaim(locks, path, name, maxLooks)
  }

  /**
   * Takes the lock, or returns its living owner. May be called again until it has taken the lock.
   *
   * @throws the system's error, or an Error if the lock can be neither taken nor read
   */
  async take(): Promise<TakenLock | LockOwner> {
    let failure: unknown
    for (let looks = 0; looks < this.#maxLooks; looks++) {
      failure = await this.#moveIn()
      if (failure === undefined) return { name: this.#name, ...this.#takenOver }
      const found = await this.#look()
      if (found !== undefined) return found
    }
    throw new Error(
      `The lock ${this.#path} can be neither taken nor read, after ${this.#maxLooks} attempts.`,
      { cause: failure },
    )
  }

  /** Removes the prepared folder, if it was not needed. */
  async end(): Promise<void> {
    if (!this.#isPrepared) return
    this.#isPrepared = false
    await this.#files.rmTree(this.#prepared())
  }

  /** Renames the prepared folder to the lock's path. Returns the error if the lock may be its reason. */
  async #moveIn(): Promise<unknown> {
    if (!this.#isPrepared) {
      await this.#files.mkdir(this.#prepared(), 0o700)
      this.#isPrepared = true
      await this.#files.writeFile(join(this.#prepared(), this.#name), '', { mode: 0o600 })
    }
    try {
      await this.#files.rename(this.#prepared(), this.#path)
      this.#isPrepared = false
      return undefined
    } catch (error) {
      if (isMissing(error))
        this.#isPrepared = false // a process elsewhere swept it: this process was paused for long
      else if (!OCCUPIED.has((error as NodeJS.ErrnoException).code)) throw error
      return error
    }
  }

  /** Looks at the lock's folder and makes one step; `undefined` if it is to be looked at again. */
  async #look(): Promise<TakenLock | LockOwner | undefined> {
    const names = await namesInLock(this.#path, this.#files)
    const isIn = names.includes(this.#name)
    const leftovers: Leftover[] = []
    for (const name of names) {
      const owner = name === this.#name ? undefined : parseOwnerName(name)
      if (owner === undefined) continue
      const state = await ownerState(owner, join(this.#path, name), this.#locks)
      if (state === 'living' && !isIn) return owner
      if (state === 'living') return this.#withdraw()
      leftovers.push({ name, owner, wasElsewhere: state === 'stale' })
    }
    if (isIn && leftovers.length === 0) return { name: this.#name, ...this.#takenOver }
    await unlessOvertaken(this.#step(names, leftovers, isIn))
    return undefined
  }

  async #step(
    names: readonly string[],
    [first, ...others]: readonly Leftover[],
    isIn: boolean,
  ): Promise<void> {
    if (first !== undefined && isIn) {
      for (const { name } of [first, ...others]) await removeOwnerFile(join(this.#path, name), this.#files)
    } else if (first !== undefined) {
      await this.#takeOver(first)
    } else if (names.length > 0) {
      await this.#files.writeFile(join(this.#path, this.#name), '', { mode: 0o600, flag: 'wx' })
    } else {
      await this.#files.rmdir(this.#path)
    }
  }

  async #takeOver({ name, owner, wasElsewhere }: Leftover): Promise<void> {
    await touch(join(this.#path, name), this.#files)
    await this.#files.rename(join(this.#path, name), join(this.#path, this.#name))
    this.#takenOver = { previous: owner, wasElsewhere }
  }

  async #withdraw(): Promise<undefined> {
    await unlessOvertaken(this.#files.unlink(join(this.#path, this.#name)))
    this.#takenOver = { previous: undefined, wasElsewhere: false }
    const { clock } = this.#locks.runtime
    await clock.sleep(clock.random() * MAX_WITHDRAWN_MS, undefined)
  }

  #prepared(): string {
    return join(this.#locks.dir, `${this.#name}.new`)
  }
}

/** Waits for a step that another process may have made impossible: then the folder is to be looked at again. */
async function unlessOvertaken(step: Promise<void>): Promise<void> {
  try {
    await step
  } catch (error) {
    if (!isMissing(error) && !OCCUPIED.has((error as NodeJS.ErrnoException).code)) throw error
  }
}
