/**
 * One thing at a time, also between processes that share the folder.
 *
 * - A lock is a folder in `locks/` with one file in it, named for its holder. It is taken by renaming one made ready to
 *   its name: that fails where there is one, since a folder that is not empty is not replaced.
 * - The lock of a dead process is taken over by renaming the file in it: of several that try, one succeeds.
 * - In one process those who wait are served in turn; between processes they look again and again.
 */
import { createHash } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { namesIn, unlessMissing, type Disk } from './disk.js'
import { isOwnerAlive, ownedName } from './owned-name.js'

/** Milliseconds between two looks at a lock another process holds: it does for a few milliseconds. */
const PAUSE = 5
/** Milliseconds after which waiting is given up. */
const PATIENCE = 30_000
/** What renaming a folder to the name of one that is not empty fails with; on Windows EPERM. */
const HELD = new Set<string | undefined>(['ENOTEMPTY', 'EEXIST', 'EPERM'])

/** The locks of a local vault's folder. */
export class Locks {
  readonly #disk: Disk
  readonly #patience: number
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param patience - milliseconds after which waiting for another process is given up */
  constructor(disk: Disk, patience: number = PATIENCE) {
    this.#disk = disk
    this.#patience = patience
  }

  /**
   * Runs something while nothing else with the same key runs. What it runs must not ask for the same lock again.
   *
   * @param key - any text; names what is to be left alone
   * @throws what `act` throws, or an Error where a living process holds the lock for half a minute
   */
  async alone<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const run = (): Promise<T> => this.#locked(key, act)
    const acting = before.then(run, run)
    this.#last.set(key, acting)
    try {
      return await acting
    } finally {
      if (this.#last.get(key) === acting) this.#last.delete(key)
    }
  }

  async #locked<T>(key: string, act: () => Promise<T>): Promise<T> {
    const path = this.#disk.path('locks', createHash('sha256').update(key).digest('hex'))
    await this.#take(path, key)
    try {
      return await act()
    } finally {
      const given = this.#disk.temporary()
      await rename(path, given)
      await rm(given, { recursive: true })
    }
  }

  async #take(path: string, key: string): Promise<void> {
    const ready = this.#disk.temporary()
    const name = ownedName()
    await mkdir(ready, { mode: 0o700 })
    try {
      await writeFile(join(ready, name), '', { mode: 0o600 })
      for (let waited = 0; !(await taken(ready, path, name)); waited += PAUSE) {
        if (waited >= this.#patience) throw new Error(`Another process does not let go of ${key}.`)
        await sleep(PAUSE)
      }
    } finally {
      await rm(ready, { recursive: true, force: true })
    }
  }
}

/** Takes the lock if it is free, or its holder dead. */
async function taken(ready: string, path: string, name: string): Promise<boolean> {
  try {
    await rename(ready, path)
    return true
  } catch (error) {
    if (!HELD.has((error as NodeJS.ErrnoException).code)) throw error
  }
  const [holder] = await namesIn(path)
  if (holder === undefined || isOwnerAlive(holder)) return false
  const takenOver = rename(join(path, holder), join(path, name)).then(() => true)
  return unlessMissing(takenOver, false)
}
