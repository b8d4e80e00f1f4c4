/**
 * Durable files. The file system is the local vault's only memory, so that a crash loses nothing that was acknowledged, and
 * several processes can use one folder at the same time.
 *
 * - A file or folder appears atomically: it is created under `tmp/`, synced and renamed, and its parent folder is synced.
 * - A folder disappears atomically: it is renamed into `tmp/`, then removed.
 * - An entry in `tmp/` belongs to the process in its name. Entries of dead processes are removed at the start, and those
 *   of failed work at once.
 * - Folders have the mode 0700, files 0600.
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
  /** The folder that paths are relative to. */
  readonly #base: string
  #owner: ProcessIdentity | undefined

  /**
   * @param dir - the folder of the local vault
   * @param base - the names of the folder in it that paths are relative to
   */
  constructor(dir: string, ...base: readonly string[]) {
    this.dir = resolve(dir)
    this.#base = join(this.dir, ...base)
  }

  /**
   * The same open folder, with paths relative to a folder in it. Unfinished files stay in the common `tmp/`. The names must
   * have been checked.
   */
  within(...names: readonly string[]): Disk {
    const disk = new Disk(this.dir, ...names)
    disk.#owner = this.#owner
    return disk
  }

  /**
   * Creates the folder, and removes the temporary files of dead processes.
   *
   * @throws {LocalFolderError} `ERR_LOCAL_FOLDER`: the folder is not a local vault's
   */
  async open(): Promise<void> {
    this.#owner = await currentProcess()
    await claimFolder(this.dir, (path, content) => this.writeJson(path, content))
    await sweepAbandoned(this.path('tmp'))
  }

  /** A path in the folder. The names must have been checked. */
  path(...names: readonly string[]): string {
    return join(this.#base, ...names)
  }

  /**
   * Runs a function that creates a file or a folder at a temporary path and renames it. If it fails, anything at that path
   * is removed.
   *
   * @returns the result of the function
   * @throws the error of the function
   * @throws {Error} the folder has not been opened
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

  /** Writes an object to a file, as JSON. */
  async writeJson(path: string, value: object): Promise<void> {
    await this.writeText(path, JSON.stringify(value))
  }

  /** Writes a text to a file. */
  async writeText(path: string, text: string): Promise<void> {
    await this.unfinished(async (temporary) => {
      await writeFile(temporary, text, { mode: 0o600, flush: true, flag: 'wx' })
      await renameDurably(temporary, path)
    })
  }

  /**
   * Removes a file, or a folder with its content, atomically. Does nothing if it does not exist.
   *
   * @returns whether it existed: of several concurrent calls, only one removes it
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
