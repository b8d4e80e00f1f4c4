/**
 * The catalog: what was uploaded, on this machine's disk. An append-only file, so that nothing written is ever at risk
 * again, and so that several processes may write at once.
 *
 * - A record is one write of one line to a file opened for appending, which systems do not interleave; it is on disk
 *   when the call resolves.
 * - A line a crash has torn is passed over. Whoever opens the file next ends it first; should two processes cross at
 *   that, the reader finds the record behind the rest of the torn line.
 */
import { isAscii } from 'node:buffer'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { syncFolder } from '../fs/durable.js'
import { CatalogError } from '../errors.js'
import { recordsIn, type CatalogRecord } from './record.js'

/** Bytes that must fit on the disk before an upload is begun: far more than one upload's records. */
const ROOM = 65_536
const NEW_LINE = 10
/** Bytes read at once. */
const READ_SIZE = 1_048_576

/** A catalog, opened for writing. */
export class Catalog {
  /** Absolute. */
  readonly path: string
  readonly #file: FileHandle
  /** The record being written; never rejects. */
  #writing: Promise<unknown> = Promise.resolve()

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  /**
   * Opens a catalog, made where there is none: mode 0600, in folders of mode 0700. That it can be written to, and that
   * there is room on the disk, is found out now and not after an upload of hours.
   *
   * @throws {CatalogError} `ERR_CATALOG`: it cannot be written; `cause` is the system's error
   *
   * @example
   * ```ts
   * const catalog = await Catalog.open('catalog.jsonl')
   * const journal = journalIn(catalog, { region: 'eu-west-1' })
   * await uploadArchive(source, { client, vaultName: 'backups', journal })
   * await catalog.close()
   * ```
   */
  static async open(file: string): Promise<Catalog> {
    const path = resolve(file)
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const handle = await open(path, 'a+', 0o600)
      try {
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
   * Writes records; they are on disk when this resolves.
   *
   * @throws {CatalogError} `ERR_CATALOG`: they could not be written, or not all of them; `cause` is the system's error
   */
  append(...records: readonly CatalogRecord[]): Promise<void> {
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('')
    const written = this.#writing.then(() => this.#write(Buffer.from(lines)))
    this.#writing = written.catch(() => undefined)
    return written
  }

  /** Closes the file when what is being written is on disk. */
  async close(): Promise<void> {
    await this.#writing
    await this.#file.close()
  }

  async #write(lines: Buffer): Promise<void> {
    try {
      await this.#file.appendFile(lines) // one write, unless the disk fills up in the middle of it
      await this.#file.datasync()
    } catch (error) {
      throw new CatalogError(this.path, 'written', error)
    }
  }
}

/**
 * Reads a catalog's records in the order they were written; none where there is no file.
 *
 * @param type - only records of this type; default all
 * @throws {CatalogError} `ERR_CATALOG`: it cannot be read; `cause` is the system's error
 */
export async function* readCatalog<Type extends CatalogRecord['type'] = CatalogRecord['type']>(
  file: string,
  type?: Type,
): AsyncGenerator<Extract<CatalogRecord, { type: Type }>, void, undefined> {
  for await (const records of readBlocks(file, type)) yield* records
}

/** The same in blocks of many, for whoever goes through a million: a step of a generator costs more than a record. */
export async function* readBlocks<Type extends CatalogRecord['type'] = CatalogRecord['type']>(
  file: string,
  type?: Type,
): AsyncGenerator<Extract<CatalogRecord, { type: Type }>[], void, undefined> {
  const path = resolve(file)
  const wanted = type === undefined ? '' : `${BEGIN}${type}"`
  try {
    for await (const block of blocksOf(path)) {
      if (!block.includes(wanted)) continue // most of a large catalog is not even decoded
      const records: Extract<CatalogRecord, { type: Type }>[] = []
      for (const line of linesOf(block)) {
        if (!line.startsWith(wanted) && isOfAnother(line)) continue
        for (const record of recordsIn(line))
          if (type === undefined || record.type === type)
            records.push(record as Extract<CatalogRecord, { type: Type }>)
      }
      yield records
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw new CatalogError(path, 'read', error)
  }
}

/** A file's bytes in blocks of whole lines, each the reader's until it asks for the next. */
async function* blocksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r')
  try {
    let buffer = Buffer.allocUnsafe(READ_SIZE)
    let held = 0 // bytes of a line whose end is not here yet
    for (;;) {
      const { bytesRead } = await file.read(buffer, held, buffer.length - held)
      const end = held + bytesRead
      const cut = bytesRead === 0 ? end : buffer.lastIndexOf(NEW_LINE, end - 1) + 1
      if (cut > 0) yield buffer.subarray(0, cut)
      if (bytesRead === 0) return
      buffer.copyWithin(0, cut, end)
      held = end - cut
      if (held === buffer.length) buffer = Buffer.concat([buffer], 2 * held)
    }
  } finally {
    await file.close()
  }
}

function linesOf(block: Buffer): string[] {
  return block.toString(isAscii(block) ? 'latin1' : 'utf8').split('\n') // Latin-1 is decoded in a third of the time
}

const BEGIN = '{"type":"'

/** Whether a line that does not begin with a record of the type asked for holds no other either. */
function isOfAnother(line: string): boolean {
  return line.startsWith(BEGIN) && !line.includes(BEGIN, BEGIN.length)
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

async function endTornLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat()
  if (size === 0) return
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  if (buffer[0] !== NEW_LINE) await handle.writeFile('\n')
}
