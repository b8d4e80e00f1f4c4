/**
 * Durable files. The file system is the local vault's only memory, so that a crash loses nothing that was acknowledged
 * and several processes may use one folder at once.
 *
 * - A file or folder appears whole or not at all: made under `tmp/`, synced, renamed, and the folder it is in synced.
 * - A folder goes away at once: renamed into `tmp/`, then removed.
 * - What is in `tmp/` belongs to the process its name says; what dead ones left is swept at the start. What fails is
 *   removed at once.
 * - Folders are 0700, files 0600.
 */
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { renameDurably, syncFolder } from '../../fs/durable.js'
import { ownerName } from '../../fs/owner-name.js'
import { currentProcess, type ProcessIdentity } from '../../runtime/process-identity.js'
import { unlessMissing } from './files.js'
import { claimFolder } from './folder.js'
import { sweepAbandoned } from './owned-name.js'

export { kindOf, namesIn, unlessMissing } from './files.js'

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

  /**
   * Makes the folder and sweeps what dead processes left.
   *
   * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the folder is not a local vault's
   */
  async open(): Promise<void> {
    this.#owner = await currentProcess()
    await claimFolder(this.dir, (path, content) => this.writeJson(path, content))
    await sweepAbandoned(this.path('tmp'))
  }

  /** A path under the folder. The names must have been checked. */
  path(...names: readonly string[]): string {
    return join(this.#base, ...names)
  }

  /**
   * Gives a new path to what makes a file or a folder there and renames it. Whatever is left at the path is removed when
   * that fails.
   *
   * @throws what `make` throws
   * @throws an Error where the folder has not been opened
   */
  async unfinished<T>(make: (temporary: string) => Promise<T>): Promise<T> {
    const temporary = this.#temporary()
    try {
      return await make(temporary)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true }).catch(() => undefined) // the first error says why
      throw error
    }
  }

  /** Writes an object as a file. */
  async writeJson(path: string, value: object): Promise<void> {
    await this.writeText(path, JSON.stringify(value))
  }

  /** Writes a file of text. */
  async writeText(path: string, text: string): Promise<void> {
    await this.unfinished(async (temporary) => {
      await writeFile(temporary, text, { mode: 0o600, flush: true, flag: 'wx' })
      await renameDurably(temporary, path)
    })
  }

  /**
   * Removes a file or folder with all that is in it, at once; does nothing where there is none.
   *
   * @returns whether it was there: of several calls at once, one removes it
   */
  async discard(path: string): Promise<boolean> {
    const temporary = this.#temporary()
    const renamed = rename(path, temporary).then(() => true)
    if (!(await unlessMissing(renamed, false))) return false
    await syncFolder(dirname(path))
    await rm(temporary, { recursive: true, force: true })
    return true
  }

  #temporary(): string {
    if (this.#owner === undefined) throw new Error(`The folder ${this.dir} has not been opened.`)
    return join(this.dir, 'tmp', ownerName(this.#owner))
  }
}
