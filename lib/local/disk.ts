/**
 * Durable files. The file system is the local vault's only memory, so that a crash loses nothing that was acknowledged
 * and several processes may use one folder at once.
 *
 * - A file or folder appears whole or not at all: made under `tmp/`, synced, renamed, and the folder it is in synced.
 * - A folder goes away at once: renamed into `tmp/`, then removed.
 * - What is in `tmp/` belongs to the process its name says; what dead ones left is swept at the start.
 * - Folders are 0700, files 0600.
 */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { renameDurably, syncFolder } from '../fs/durable.js'
import { isOwnerAlive, ownedName } from './owned-name.js'

/** The folder of a local vault. */
export class Disk {
  /** Absolute. */
  readonly dir: string

  constructor(dir: string) {
    this.dir = resolve(dir)
  }

  /** Makes the folder and sweeps what dead processes left. */
  async open(): Promise<void> {
    for (const name of ['vaults', 'locks', 'tmp']) {
      const made = await mkdir(this.path(name), { recursive: true, mode: 0o700 }) // the outermost it had to make
      if (made === undefined) continue
      for (let path = this.path(name); path !== dirname(made); path = dirname(path))
        await syncFolder(dirname(path))
    }
    for (const name of await namesIn(this.path('tmp'))) {
      if (!isOwnerAlive(name)) await rm(this.path('tmp', name), { recursive: true, force: true })
    }
  }

  /** A path under the folder. The names must have been checked. */
  path(...names: readonly string[]): string {
    return join(this.dir, ...names)
  }

  /** A new path for something unfinished. */
  temporary(): string {
    return this.path('tmp', ownedName())
  }

  /** Writes an object as a file. */
  async writeJson(path: string, value: object): Promise<void> {
    const temporary = this.temporary()
    await writeFile(temporary, JSON.stringify(value), { mode: 0o600, flush: true })
    await renameDurably(temporary, path)
  }

  /** Removes a file or folder with all that is in it, at once; does nothing where there is none. */
  async discard(path: string): Promise<void> {
    const temporary = this.temporary()
    const renamed = rename(path, temporary).then(() => true)
    if (!(await unlessMissing(renamed, false))) return
    await syncFolder(dirname(path))
    await rm(temporary, { recursive: true, force: true })
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
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return otherwise // ENOTDIR: some program's file among our folders
    throw error
  }
}
