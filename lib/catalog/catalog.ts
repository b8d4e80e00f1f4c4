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
import { CatalogError } from '../errors.js'
import { makeFolder } from '../fs/durable.js'
import { closerOf } from '../fs/forgotten-file.js'
import { isMissing } from '../fs/missing.js'
import { record } from '../options/check-options.js'
import { PATH, required, TEXT } from '../options/rules.js'
import type { OpenFile } from '../runtime/file-system.js'
import { systemRuntime, type Runtime } from '../runtime/runtime.js'
import type { UploadJournal } from '../store/upload-journal.js'
import { catalogJournal, type JournalOptions } from './journal.js'
import { LineWriter } from './lines/line-writer.js'
import type { CatalogRecord } from './record.js'
import type { ServiceAddress } from './vault-address.js'

export { readCatalog } from './read-catalog.js'

/** Free space that the disk must have before an upload is begun: far more than the records of one upload. */
const MIN_FREE_BYTES = 65_536
const RECORD = record('a record', { type: required(TEXT) })
const NEW_LINE = 10
/** The first bytes that a catalog may have: a record, the end of a torn line, zeros after a power cut, a byte order mark. */
const FIRST_BYTES: readonly unknown[] = [0x7b, NEW_LINE, 0, 0xef]

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

  private constructor(path: string, file: OpenFile, runtime: Runtime) {
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
   * @throws {TypeError} `file` is not a path
   * @throws {RangeError} `file` is empty
   * @throws {CatalogError} `ERR_CATALOG`: the file cannot be written, or is not a catalog; `cause` says why
   *
   * @example
   * ```ts
   * await using catalog = await Catalog.open('catalog.jsonl') // or catalog.close() at the end
   * const journal = catalog.journal({ region: 'eu-west-1' })
   * await uploadArchive(source, { client, vaultName: 'backups', journal })
   * ```
   */
  static async open(file: string): Promise<Catalog> {
    PATH(file, 'file', 'Catalog.open')
    return Catalog.openOn(systemRuntime, file)
  }

  /**
   * As {@link Catalog.open}, on another clock and disk: for simulations.
   *
   * @internal
   */
  static async openOn(runtime: Runtime, file: string): Promise<Catalog> {
    const path = resolve(file)
    const { files } = runtime
    try {
      await makeFolder(dirname(path), files)
      const opened = await files.open(path, 'a+', 0o600)
      try {
        await assertCatalog(opened)
        await assertRoom(path, runtime)
        await endTornLine(opened)
        await opened.sync()
        await files.syncFolder(dirname(path))
        return new Catalog(path, opened, runtime)
      } catch (error) {
        await opened.close()
        throw error
      }
    } catch (error) {
      throw new CatalogError(path, 'written', error)
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
      await this.#file.datasync()
      await this.#assertInPlace()
    } catch (error) {
      throw new CatalogError(this.path, 'written', error)
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

/** Checks by its first byte that a file is a catalog: records are not appended to a file of another kind. */
async function assertCatalog(file: OpenFile): Promise<void> {
  const first = Buffer.alloc(1)
  const bytesRead = await file.read(first, 0, 1, 0)
  if (bytesRead === 0 || FIRST_BYTES.includes(first[0])) return
  throw new Error(
    'It is not a catalog: a catalog begins with a record in JSON. Give the path of another file.',
  )
}

/** Writes a file and removes it: a full disk is noticed only when something is written. */
async function assertRoom(path: string, { files, random }: Runtime): Promise<void> {
  const trialPath = `${path}.${random.hex(6)}.room`
  const trial = await files.open(trialPath, 'wx', 0o600)
  try {
    await trial.writeFile(Buffer.alloc(MIN_FREE_BYTES))
    await trial.sync()
  } finally {
    await trial.close()
    await files.rm(trialPath)
  }
}

/** Ends a part of a line that a crash has left. */
async function endTornLine(file: OpenFile): Promise<void> {
  const { size } = await file.stat()
  if (size === 0) return
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  if (last[0] !== NEW_LINE) await file.write(Buffer.of(NEW_LINE))
}
