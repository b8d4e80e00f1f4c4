/**
 * Durable files. The file system is the local vault's only memory, so that a crash loses nothing that was acknowledged
 * and several processes may use one folder at once.
 *
 * - A file appears whole or not at all: written under `tmp/`, synced, renamed, and its folder synced.
 * - A folder goes away at once: renamed into `tmp/`, then removed.
 * - What is in `tmp/` belongs to the process whose ID its name begins with; what dead ones left is swept at the start.
 * - Folders are 0700, files 0600.
 */
import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { syncFolder } from '../durable.js'

/** The folder of a local vault. */
export class Disk {
  /** Absolute. */
  readonly dir: string

  constructor(dir: string) {
    this.dir = resolve(dir)
  }

  /** Makes the folder and sweeps what dead processes left. */
  async open(): Promise<void> {
    await mkdir(join(this.dir, 'tmp'), { recursive: true, mode: 0o700 })
    for (const name of await readdir(join(this.dir, 'tmp'))) {
      if (!isAlive(Number.parseInt(name, 10)))
        await rm(join(this.dir, 'tmp', name), { recursive: true, force: true })
    }
  }

  /** A path under the folder. The names must have been checked. */
  path(...names: readonly string[]): string {
    return join(this.dir, ...names)
  }

  /** A new path for something unfinished. */
  temporary(): string {
    return this.path('tmp', `${process.pid}-${randomBytes(12).toString('hex')}`)
  }

  /** Gives something finished its name: on disk when it returns. Its files must have been synced. */
  async publish(temporary: string, path: string): Promise<void> {
    await rename(temporary, path)
    await syncFolder(dirname(path))
  }

  /** Writes an object as a file. */
  async writeJson(path: string, value: object): Promise<void> {
    const temporary = this.temporary()
    await writeFile(temporary, JSON.stringify(value), { mode: 0o600, flush: true })
    await this.publish(temporary, path)
  }

  /**
   * Writes an object as a file unless there is one of that name: of several processes that try at once, one is first.
   *
   * @returns what the file holds: ours, or what the first has written
   */
  async writeJsonOnce<T extends object>(path: string, value: T): Promise<T> {
    const temporary = this.temporary()
    await writeFile(temporary, JSON.stringify(value), { mode: 0o600, flush: true })
    try {
      await link(temporary, path) // unlike a rename it fails where there is one
      await syncFolder(dirname(path))
      return value
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      return JSON.parse(await readFile(path, 'utf8')) as T
    } finally {
      await rm(temporary)
    }
  }

  /** Removes a file or folder with all that is in it; whether there was one. */
  async discard(path: string): Promise<boolean> {
    const temporary = this.temporary()
    const renamed = rename(path, temporary).then(() => true)
    if (!(await unlessMissing(renamed, false))) return false
    await syncFolder(dirname(path))
    await rm(temporary, { recursive: true, force: true })
    return true
  }
}

/** Reads what `writeJson` wrote; `undefined` where there is no such file. */
export async function readJson<T extends object>(path: string): Promise<T | undefined> {
  const text = await unlessMissing(readFile(path, 'utf8'), undefined)
  return text === undefined ? undefined : (JSON.parse(text) as T)
}

/** The names in a folder, in ASCII order; none where there is no such folder. */
export async function namesIn(path: string): Promise<string[]> {
  return (await unlessMissing(readdir(path), [])).sort()
}

/** What something gives, or another value where a file or folder it needs is not there. */
export async function unlessMissing<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await work
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
