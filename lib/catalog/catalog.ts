/**
 * The catalog: what was uploaded, on this machine's disk. An append-only file, so that nothing written is ever at risk
 * again, and so that several processes can write at once.
 *
 * - A record is one line. A line is never torn: see {@link LineWriter}. It is on disk when the call resolves.
 * - A crash may leave a part of a line at the end. Readers skip it. Whoever opens the file next ends it. If two
 *   processes do that at once, an empty line is left; if one writes before it is done, readers find that record behind
 *   the part of a line.
 * - A file that is replaced or deleted while it is open is detected before and after each write: what was written only
 *   to a deleted file is lost.
 */
import { open, rm, stat, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { CatalogError } from '../errors.js'
import { makeFolder, syncFolder } from '../fs/durable.js'
import { closerOf } from '../fs/forgotten-file.js'
import { isMissing } from '../fs/missing.js'
import { PATH, required, TEXT } from '../options/rules.js'
import { record } from '../options/check-options.js'
import type { UploadJournal } from '../store/upload-journal.js'
import { catalogJournal, type JournalOptions } from './journal.js'
import { LineWriter } from './lines/line-writer.js'
import type { CatalogRecord } from './record.js'
import type { ServiceAddress } from './vault-address.js'

export { readCatalog } from './read-catalog.js'

/** Bytes that must fit on the disk before an upload is begun: far more than one upload's records. */
const ROOM = 65_536
const RECORD = record('a record', { type: required(TEXT) })
const NEW_LINE = 10
/** The first bytes that a catalog may have: a record, the end of a torn line, zeros after a power cut, a byte order mark. */
const MAY_BE_FIRST: readonly unknown[] = [0x7b, NEW_LINE, 0, 0xef]

/** A catalog, opened for writing. */
export class Catalog implements AsyncDisposable {
  /** Absolute. */
  readonly path: string
  readonly #file: FileHandle
  readonly #close: () => Promise<void>
  readonly #lines: LineWriter
  /** The record being written; never rejects. */
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
    this.#close = closerOf(file)
    this.#lines = new LineWriter(async (bytes) => (await file.write(bytes)).bytesWritten)
  }

  /**
   * Opens a catalog, and makes it where there is none: mode 0600, in folders of mode 0700. Whether it can be written to,
   * and whether the disk has room, is found out now and not after an upload of hours.
   *
   * @throws {TypeError} no path
   * @throws {RangeError} an empty path
   * @throws {CatalogError} `ERR_CATALOG`: it cannot be written, or is no catalog; `cause` says why
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
    const path = resolve(file)
    try {
      await makeFolder(dirname(path))
      const handle = await open(path, 'a+', 0o600)
      try {
        await assertCatalog(handle)
        await assertRoom(path)
        await endTornLine(handle)
        await handle.sync()
        await syncFolder(dirname(path))
        return new Catalog(path, handle)
      } catch (error) {
        await handle.close()
        throw error
      }
    } catch (error) {
      throw new CatalogError(path, 'written', error)
    }
  }

  /**
   * Writes records. They are on disk when this resolves.
   *
   * @throws {TypeError} no record
   * @throws {CatalogError} `ERR_CATALOG`: they were not written, or not all of them: `cause` is the system's error, or
   *   says that the file was replaced or deleted, or that a record is longer than 64 KiB
   */
  async append(...records: readonly CatalogRecord[]): Promise<void> {
    for (const [i, it] of records.entries()) RECORD(it, `records[${i}]`, 'Catalog.append')
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
   * @param options - the stream and its owner; default: a stream without a name, owned by nobody
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
    return catalogJournal(this, address, options, () => Date.now())
  }

  /**
   * Closes the file when what is being written is on disk. May be called again. Where nobody calls it, the file is closed
   * when the catalog is collected as garbage.
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
    const [mine, there] = await Promise.all([
      this.#file.stat({ bigint: true }),
      stat(this.path, { bigint: true }).catch(unlessMissing),
    ])
    if (there?.ino === mine.ino && there.dev === mine.dev) return
    throw new Error(
      `The file was ${there ? 'replaced' : 'deleted'} while it was open. Records that were written since are not in ` +
        'the catalog. End the commands that use it, and start them again.',
    )
  }
}

function unlessMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error
}

/** Checks that a file is none of another kind, to which lines would be added, by its first byte. */
async function assertCatalog(handle: FileHandle): Promise<void> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(1), 0, 1, 0)
  if (bytesRead === 0 || MAY_BE_FIRST.includes(buffer[0])) return
  throw new Error('It is not a catalog, which begins with a record in JSON. Give another file.')
}

/** Takes up room and gives it back: a full disk shows only when something is written. */
async function assertRoom(path: string): Promise<void> {
  const trial = `${path}.${process.pid}.room`
  try {
    const handle = await open(trial, 'w', 0o600)
    try {
      await handle.writeFile(Buffer.alloc(ROOM))
      await handle.sync()
    } finally {
      await handle.close()
    }
  } finally {
    await rm(trial, { force: true })
  }
}

/** Ends a part of a line that a crash has left. */
async function endTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] !== NEW_LINE) await handle.write('\n')
}
