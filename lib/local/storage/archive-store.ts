/**
 * Archives on disk: `archives/ARCHIVE_ID/`, with `archive.json` and the part files `00000.part`, `00001.part`, …
 * An archive's folder is the upload's, renamed: its parts are never copied.
 */
import type { ReadStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../../fs/durable.js'
import { NodeStack } from '../../tree-hash/tree-hash.js'
import { isTreeHashAligned, type ByteRange } from '../../vault/byte-range.js'
import { MAX_PART_SIZE } from '../../vault/limits.js'
import type { Meter } from '../costs/meter.js'
import { namesIn, readJson } from '../disk/disk.js'
import { dateOf, type Ground } from '../ground.js'
import { ARCHIVE_ID_LENGTH, isId, newArchiveId } from '../disk/identifiers.js'
import { describePart, readPart, receivePart, treeHashOfRange, type ReceivedPart } from './part-file.js'
import { invalidParameter, notFound } from '../service-fault.js'
import type { VaultStore } from './vault-store.js'

/** `archive.json`. */
export interface ArchiveRecord {
  readonly archiveId: string
  readonly description: string | null
  /** Bytes. */
  readonly size: number
  readonly treeHash: string
  /** Bytes in each part but the last. */
  readonly partSize: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** The name of a part's file, by its 0-based number. */
export function partName(index: number): string {
  return `${String(index).padStart(5, '0')}.part`
}

/** An archive that is to be. */
export function newArchive(
  description: string | null,
  size: number,
  treeHash: string,
  partSize: number,
  creationDate: string,
): ArchiveRecord {
  return { archiveId: newArchiveId(), description, size, treeHash, partSize, creationDate }
}

/** The archives of all vaults. */
export class ArchiveStore {
  readonly #ground: Ground
  readonly #vaults: VaultStore
  readonly #meter: Meter
  readonly #kind: 'archives' | 'retained'

  /** @param kind - the folder of a vault that they are in */
  constructor(ground: Ground, vaults: VaultStore, meter: Meter, kind: 'archives' | 'retained' = 'archives') {
    this.#ground = ground
    this.#vaults = vaults
    this.#meter = meter
    this.#kind = kind
  }

  /**
   * Stores an archive that came in one request: one part, on disk as any.
   *
   * @param accept - throws unless what came is what was announced
   */
  async store(
    vaultName: string,
    description: string | null,
    source: AsyncIterable<Buffer>,
    accept: (received: ReceivedPart) => void,
  ): Promise<ArchiveRecord> {
    const folder = await this.#vaults.folder(vaultName, this.#kind)
    const temporary = this.#ground.disk.temporary()
    await mkdir(temporary, { mode: 0o700 })
    try {
      const received = await receivePart(source, join(temporary, partName(0)))
      accept(received)
      const { size, treeHash } = received
      const archive = newArchive(description, size, treeHash, MAX_PART_SIZE, dateOf(this.#ground))
      await this.#ground.disk.writeJson(join(temporary, 'archive.json'), archive)
      await this.#vaults.writing(vaultName, () => renameDurably(temporary, join(folder, archive.archiveId)))
      return archive
    } catch (error) {
      await this.#ground.disk.discard(temporary)
      throw error
    }
  }

  /**
   * The IDs of the archives a vault has now, in ASCII order.
   *
   * @throws {ServiceFault} 404: no such vault
   */
  async ids(vaultName: string): Promise<string[]> {
    return (await namesIn(await this.#vaults.folder(vaultName, this.#kind))).filter(isId)
  }

  /**
   * An archive.
   *
   * @throws {ServiceFault} 404: no such vault or archive; 400: it is in another vault
   */
  async find(vaultName: string, archiveId: string): Promise<ArchiveRecord> {
    const folder = await this.#vaults.folder(vaultName, this.#kind)
    const archive = isId(archiveId)
      ? await readJson<ArchiveRecord>(join(folder, archiveId, 'archive.json'))
      : undefined
    if (archive) return archive
    await this.#assertNotElsewhere(vaultName, archiveId)
    throw notFound(`The archive ID was not found: ${archiveId}`)
  }

  /**
   * Deletes an archive; one that does not exist is as good as deleted.
   *
   * @param remove - takes away its folder, and returns whether it was there; default for good
   * @throws {ServiceFault} 404: no such vault; 400: no archive ever had such an ID, or it is in another vault
   */
  async delete(
    vaultName: string,
    archiveId: string,
    remove: (path: string) => Promise<boolean> = (path) => this.#ground.disk.discard(path),
  ): Promise<void> {
    const path = join(await this.#vaults.folder(vaultName, this.#kind), archiveId)
    if (!isId(archiveId) || archiveId.length !== ARCHIVE_ID_LENGTH) {
      throw invalidParameter(`Invalid archive ID: ${archiveId}`)
    }
    const archive = await readJson<ArchiveRecord>(join(path, 'archive.json'))
    if (archive) {
      await this.#vaults.writing(vaultName, async () => {
        if (await remove(path)) this.#meter.deleted(archive)
      })
    } else await this.#assertNotElsewhere(vaultName, archiveId)
  }

  /** The bytes of a range of an archive. */
  async *read(
    vaultName: string,
    archive: ArchiveRecord,
    range: ByteRange,
  ): AsyncGenerator<Buffer, void, undefined> {
    const folder = join(await this.#vaults.folder(vaultName, this.#kind), archive.archiveId)
    for (const { index, start, end } of piecesOf(archive, range)) {
      yield* readPart(join(folder, partName(index)), { start, end }) as AsyncIterable<Buffer> & ReadStream
    }
  }

  /** The tree hash of a range of an archive, where the range is a node of the archive's tree (protocol.md 3.3). */
  async treeHashOf(vaultName: string, archive: ArchiveRecord, range: ByteRange): Promise<string | undefined> {
    if (!isTreeHashAligned(range, archive.size)) return undefined
    if (range.end - range.start === archive.size) return archive.treeHash
    const folder = join(await this.#vaults.folder(vaultName, this.#kind), archive.archiveId)
    const pieces = piecesOf(archive, range)
    const [only] = pieces
    if (only && pieces.length === 1) return treeHashOfRange(join(folder, partName(only.index)), only)
    const nodes = new NodeStack() // more than one: then they are whole parts
    for (const { index } of pieces) {
      nodes.push(Buffer.from((await describePart(join(folder, partName(index)))).treeHash, 'hex'))
    }
    return nodes.root().toString('hex')
  }

  /** Throws if another vault has the archive, as the service does (protocol.md 5). */
  async #assertNotElsewhere(vaultName: string, archiveId: string): Promise<void> {
    if (!isId(archiveId) || (await this.#vaults.having('archives', archiveId)).length === 0) return
    throw invalidParameter(`Invalid vault name: ${this.#vaults.arnOf(vaultName)}`)
  }
}

/** The pieces of parts that make up a range of an archive. */
function piecesOf({ partSize }: ArchiveRecord, { start, end }: ByteRange): (ByteRange & { index: number })[] {
  const pieces: (ByteRange & { index: number })[] = []
  for (let at = start; at < end;) {
    const index = Math.floor(at / partSize)
    const from = index * partSize
    const to = Math.min(from + partSize, end)
    pieces.push({ index, start: at - from, end: to - from })
    at = to
  }
  return pieces
}
