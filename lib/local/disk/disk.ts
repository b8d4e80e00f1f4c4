/**
 * Durable files. The file system is the local vault's only memory, so that a crash loses nothing that was acknowledged
 * and several processes may use one folder at once.
 *
 * - A file or folder appears whole or not at all: made under `tmp/`, synced, renamed, and the folder it is in synced.
 * - A folder goes away at once: renamed into `tmp/`, then removed.
 * - What is in `tmp/` belongs to the process its name says; what dead ones left is swept at the start.
 * - Folders are 0700, files 0600.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { makeFolder, renameDurably, syncFolder } from '../../fs/durable.js'
import { ownerName } from '../../fs/owner-name.js'
import { currentProcess, type ProcessIdentity } from '../../fs/process-identity.js'
import { namesIn, unlessMissing } from './files.js'
import { isAbandoned } from './owned-name.js'

export { namesIn, readJson, unlessMissing } from './files.js'

/** The folder of a local vault. */
export class Disk {
  /** Absolute. */
  readonly dir: string
  /** What paths are relative to. */
  readonly #base: string
  #owner: ProcessIdentity | undefined

  constructor(dir: string, ...base: readonly string[]) {
    this.dir = resolve(dir)
    this.#base = join(this.dir, ...base)
  }

  /**
   * The same folder, once it is open, with the paths under a folder in it. What is unfinished is in the one `tmp/`. The
   * names must have been checked.
   */
  within(...names: readonly string[]): Disk {
    const disk = new Disk(this.dir, ...names)
    disk.#owner = this.#owner
    return disk
  }

  /** Makes the folder and sweeps what dead processes left. */
  async open(): Promise<void> {
    for (const name of ['vaults', 'locks', 'tmp']) await makeFolder(this.path(name))
    this.#owner = await currentProcess()
    for (const name of await namesIn(this.path('tmp'))) {
      if (await isAbandoned(this.path('tmp'), name))
        await rm(this.path('tmp', name), { recursive: true, force: true })
    }
  }

  /** A path under the folder. The names must have been checked. */
  path(...names: readonly string[]): string {
    return join(this.#base, ...names)
  }

  /**
   * A new path for something unfinished.
   *
   * @throws an Error where the folder has not been opened
   */
  temporary(): string {
    if (this.#owner === undefined) throw new Error(`The folder ${this.dir} has not been opened.`)
    return join(this.dir, 'tmp', ownerName(this.#owner))
  }

  /** Writes an object as a file. */
  async writeJson(path: string, value: object): Promise<void> {
    await this.writeText(path, JSON.stringify(value))
  }

  /** Writes a file of text. */
  async writeText(path: string, text: string): Promise<void> {
    const temporary = this.temporary()
    await writeFile(temporary, text, { mode: 0o600, flush: true })
    await renameDurably(temporary, path)
  }

  /**
   * Removes a file or folder with all that is in it, at once; does nothing where there is none.
   *
   * @returns whether it was there: of several calls at once, one removes it
   */
  async discard(path: string): Promise<boolean> {
    const temporary = this.temporary()
    const renamed = rename(path, temporary).then(() => true)
    if (!(await unlessMissing(renamed, false))) return false
    await syncFolder(dirname(path))
    await rm(temporary, { recursive: true, force: true })
    return true
  }
}
