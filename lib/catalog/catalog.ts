/**
 * The catalog: a record on this machine's disk of everything that was uploaded. It is an append-only file, so that records
 * are never at risk once they are written, and several processes can write at once.
 *
 * - A record is one line. A line is never torn: see {@link LineWriter}. It is on disk when the call resolves.
 * - A crash may leave a part of a line at the end. Readers skip it, and the next process that opens the file ends it. If
 *   two processes do so at once, an empty line is left; if one writes before it is done, readers find that record behind
 *   the part of a line.
 * - A file that is replaced or deleted while it is open is detected before and after each write: a record that was written
 *   only to a deleted file is lost.
 */
import { dirname, resolve } from 'node:path'
import { makeFolder } from '../fs/durable.js'
import { closerOf } from '../fs/forgotten-file.js'
import { isMissing } from '../fs/missing.js'
import type { CatalogMirrorError } from '../errors.js'
import { checkOptions, record, type RulesOf } from '../options/check-options.js'
import { optionError } from '../options/option-error.js'
import { FUNCTION, PATH, required, TEXT } from '../options/rules.js'
import type { OpenFile } from '../runtime/file-system.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import type { UploadJournal } from '../store/upload-journal.js'
import { assertCatalog, assertRoom, endTornLine, openCatalogFile } from './catalog-file.js'
import { catalogFailure } from './catalog-failure.js'
import { catalogJournal, type JournalOptions } from './journal.js'
import { assertRecordNearEnd } from './lines/file-end.js'
import { LineWriter } from './lines/line-writer.js'
import { CatalogMirror } from './mirror/catalog-mirror.js'
import { MirrorProcess } from './mirror/mirror-process.js'
import { writersOn, type MirrorWriterFactory } from './mirror/mirror-writer.js'
import type { CatalogRecord } from './record.js'
import type { ServiceAddress } from './vault-address.js'

export { readCatalog } from './read-catalog.js'

const RECORD = record('a record', { type: required(TEXT) })

/** How a catalog is opened. */
export interface CatalogOpenOptions {
  /**
   * The path of a second copy of the catalog, such as one on another disk; default: no second copy. Its folder must exist.
   * When the catalog is opened, and after each record, the copy gets the bytes that it misses. It never fails or delays
   * a record; opening and closing the catalog wait for it for at most 30 seconds each.
   */
  readonly mirror?: string | undefined
  /** Called once if the mirror is not up to date; default: a warning of the process. It must not throw. */
  readonly onMirrorFailure?: ((error: CatalogMirrorError) => void) | undefined
}

const OPTIONS = { mirror: PATH, onMirrorFailure: FUNCTION } satisfies RulesOf<CatalogOpenOptions>
const CALLER = 'Catalog.open'

/** A catalog, opened for writing. */
export class Catalog implements AsyncDisposable {
  /** The absolute path of the file. */
  readonly path: string
  readonly #file: OpenFile
  readonly #runtime: Runtime
  readonly #close: () => Promise<void>
  readonly #lines: LineWriter
  /** The record being written; never rejects. */
  #writing: Promise<unknown> = Promise.resolve()

  readonly #mirror: CatalogMirror | undefined

  private constructor(path: string, file: OpenFile, runtime: Runtime, mirror: CatalogMirror | undefined) {
    this.#mirror = mirror
    this.path = path
    this.#file = file
    this.#runtime = runtime
    this.#close = closerOf(file)
    this.#lines = new LineWriter((bytes) => file.write(bytes))
  }

  /**
   * Opens a catalog, or creates it with mode 0600, in folders of mode 0700. Opening fails if the file cannot be written to,
   * or if the disk has no room for the records of an upload: not only after the upload, which may take hours.
   *
   * @param file - the path of the catalog
   * @param options - a second copy of the catalog; default: no second copy
   * @throws {TypeError} `file` is not a path; an unknown option, or one of a wrong type
   * @throws {RangeError} `file` is empty; `mirror` is empty, or the path of the catalog itself
   * @throws {CatalogError} `ERR_CATALOG`: the file cannot be written, or is not a catalog; `cause` says why
   *
   * @example
   * ```ts
   * await using catalog = await Catalog.open('catalog.jsonl') // or catalog.close() at the end
   * const journal = catalog.journal({ region: 'eu-west-1' })
   * await uploadArchive(source, { client, vaultName: 'backups', journal })
   * ```
   */
  static async open(file: string, options: CatalogOpenOptions = {}): Promise<Catalog> {
    PATH(file, 'file', CALLER)
    return Catalog.openOn(systemRuntime, file, options, (paths) => new MirrorProcess(paths))
  }

  /**
   * As {@link Catalog.open}, on another clock and disk: for simulations.
   *
   * @internal
   */
  static async openOn(
    runtime: Runtime,
    file: string,
    options: CatalogOpenOptions = {},
    mirrorWriter: MirrorWriterFactory = writersOn(runtime.files),
  ): Promise<Catalog> {
    const checked = checkOptions(CALLER, options, OPTIONS)
    const path = resolve(file)
    if (checked.mirror !== undefined && resolve(checked.mirror) === path) throw sameFile()
    const mirror = mirrorOf(path, checked, runtime, mirrorWriter)
    const { catalog, size } = await Catalog.#openFile(runtime, path, mirror)
    if ((await mirror?.open(size)) !== 'same-file') return catalog
    await catalog.close()
    throw sameFile()
  }

  /** Opens the file. Also returns how many of its bytes are certainly on disk. */
  static async #openFile(
    runtime: Runtime,
    path: string,
    mirror: CatalogMirror | undefined,
  ): Promise<{ readonly catalog: Catalog; readonly size: number }> {
    const { files } = runtime
    try {
      await makeFolder(dirname(path), files)
      const opened = await openCatalogFile(path, 'appending', files)
      try {
        await assertCatalog(opened)
        await assertRecordNearEnd(opened, (await opened.stat()).size)
        await assertRoom(path, runtime)
        await endTornLine(opened)
        const { size } = await opened.stat()
        await opened.sync()
        await files.syncFolder(dirname(path))
        return { catalog: new Catalog(path, opened, runtime, mirror), size }
      } catch (error) {
        await opened.close()
        throw error
      }
    } catch (error) {
      throw catalogFailure(path, 'written', error)
    }
  }

  /**
   * Writes records. They are on disk when this resolves.
   *
   * @throws {TypeError} a record is not an object with a `type`
   * @throws {CatalogError} `ERR_CATALOG`: they were not written, or not all of them; `cause` is the system's error, or
   *   says that the file was replaced or deleted, or that a record is longer than 64 KiB
   */
  async append(...records: readonly CatalogRecord[]): Promise<void> {
    for (const [i, given] of records.entries()) RECORD(given, `records[${i}]`, 'Catalog.append')
    const lines = records.map((record) => JSON.stringify(record))
    const written = this.#writing.then(() => this.#write(lines))
    this.#writing = written.catch(() => undefined)
    await written
  }

  /**
   * Makes the journal of a stream's uploads, which records them in this catalog. To be passed to `uploadArchive` and the
   * like as `journal`.
   *
   * @param address - the service to which the uploads go
   * @param options - the stream and its owner; default: a stream without a name or an owner
   * @throws {TypeError} an argument of a wrong type, or an unknown or missing field
   * @throws {RangeError} a field out of range
   *
   * @example
   * ```ts
   * const journal = catalog.journal({ region: 'eu-west-1' }, { vaultName: 'backups', name: 'srv.tar' })
   * await uploadArchive(source, { client, vaultName: 'backups', journal })
   * ```
   */
  journal(address: ServiceAddress, options: JournalOptions = {}): UploadJournal {
    return catalogJournal(this, address, options, this.#runtime.wallClock)
  }

  /**
   * Closes the file when the record that is being written is on disk. May be called again. If it is never called, the file
   * is closed when the catalog is collected as garbage.
   */
  async close(): Promise<void> {
    await this.#writing
    await this.#mirror?.close()
    await this.#close()
  }

  /** The same as {@link Catalog.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #write(lines: readonly string[]): Promise<void> {
    try {
      await this.#assertInPlace()
      await this.#lines.write(lines)
      const { size } = await this.#file.stat() // before it is synced: only what is on disk is copied to the mirror
      await this.#file.datasync()
      await this.#assertInPlace()
      this.#mirror?.copy(size)
    } catch (error) {
      throw catalogFailure(this.path, 'written', error)
    }
  }

  /** Checks that the open file is still the one at the path. */
  async #assertInPlace(): Promise<void> {
    const [mine, found] = await Promise.all([
      this.#file.stat(),
      this.#runtime.files.stat(this.path).catch(ignoreMissing),
    ])
    if (found?.ino === mine.ino && found.dev === mine.dev) return
    throw new Error(
      `The file was ${found ? 'replaced' : 'deleted'} while it was open. Records that were written since then are not ` +
        'in the catalog. Stop the commands that use it, and start them again.',
    )
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

function mirrorOf(
  catalog: string,
  { mirror, onMirrorFailure = warnOf }: CatalogOpenOptions,
  { clock }: Runtime,
  writer: MirrorWriterFactory,
): CatalogMirror | undefined {
  if (mirror === undefined) return undefined
  const paths = { catalog, mirror: resolve(mirror) }
  return new CatalogMirror(paths, writer(paths), clock, onMirrorFailure)
}

function warnOf(error: CatalogMirrorError): void {
  process.emitWarning(error)
}

function sameFile(): RangeError {
  return optionError(RangeError, 'mirror', CALLER, 'must be the path of another file than the catalog.')
}
