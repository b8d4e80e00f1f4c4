/**
 * Archives on disk: `archives/ARCHIVE_ID/`, with `archive.json` and the part files `00000.part`, `00001.part`, …
 * An archive's folder is the upload's, renamed: its parts are never copied.
 */
import { mkdir, open, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../../fs/durable.js'
import { NodeStack } from '../../tree-hash/tree-hash.js'
import { isTreeHashAligned } from '../../tree-hash/aligned-ranges.js'
import type { ByteRange } from '../../byte-range.js'
import { MAX_PART_SIZE } from '../../glacier/limits.js'
import type { Meter } from '../costs/meter.js'
import { DamageError, readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, namesIn, unlessMissing } from '../disk/disk.js'
import { READ } from '../disk/files.js'
import { dateOf, type StoreContext } from './store-context.js'
import { ARCHIVE_ID_LENGTH, isId } from '../records/identifiers.js'
import {
  archiveFormOf,
  damagedArchive,
  newArchive,
  partName,
  piecesOf,
  type ArchiveRecord,
  type Piece,
} from '../records/archive-record.js'
import { describePart, partSizeIn, receivePart, treeHashOfRange, type ReceivedPart } from './part-file.js'
import { invalidParameter, notFound } from '../service/api-error.js'
import type { VaultFiles } from './vault-files.js'

/** The archives of all vaults. */
export class ArchiveFiles {
  readonly #context: StoreContext
  readonly #vaults: VaultFiles
  readonly #meter: Meter
  readonly #kind: 'archives' | 'retained'

  /** @param kind - the folder of a vault that they are in */
  constructor(
    context: StoreContext,
    vaults: VaultFiles,
    meter: Meter,
    kind: 'archives' | 'retained' = 'archives',
  ) {
    this.#context = context
    this.#vaults = vaults
    this.#meter = meter
    this.#kind = kind
  }

  /**
   * Stores an archive that came in one request: one part, on disk as any.
   *
   * @param accept - throws unless what came is what was announced
   * @throws {ApiError} 404: there is no such vault, or it was deleted meanwhile
   */
  async store(
    vaultName: string,
    description: string | null,
    source: AsyncIterable<Buffer>,
    accept: (received: ReceivedPart) => void,
  ): Promise<ArchiveRecord> {
    await this.#vaults.folder(vaultName, this.#kind)
    return this.#context.disk.unfinished(async (temporary) => {
      await mkdir(temporary, { mode: 0o700 })
      const received = await receivePart(source, join(temporary, partName(0)))
      accept(received)
      const { size, treeHash } = received
      const archive = newArchive(description, size, treeHash, MAX_PART_SIZE, dateOf(this.#context))
      await this.#context.disk.writeJson(join(temporary, 'archive.json'), archive)
      await this.#vaults.withWriteNoted(vaultName, async () =>
        renameDurably(temporary, await this.#folder(vaultName, archive.archiveId)),
      )
      return archive
    })
  }

  /**
   * The IDs of the archives a vault has now, in ASCII order.
   *
   * @throws {ApiError} 404: no such vault
   */
  async ids(vaultName: string): Promise<string[]> {
    return (await this.#vaults.namesIn(vaultName, this.#kind)).filter(isId)
  }

  /**
   * An archive.
   *
   * @throws {ApiError} 404: no such vault or archive; 400: it is in another vault; 507: it is damaged
   */
  async find(vaultName: string, archiveId: string): Promise<ArchiveRecord> {
    const folder = await this.#folder(vaultName, archiveId)
    const archive = isId(archiveId) ? await readArchive(folder, vaultName, archiveId) : undefined
    if (archive) return archive
    await this.#assertNotElsewhere(vaultName, archiveId)
    throw notFound(`The archive ID was not found: ${archiveId}`)
  }

  /**
   * Deletes an archive; one that does not exist is as good as deleted.
   *
   * @param remove - takes away its folder, and returns whether it was there
   * @throws {ApiError} 404: no such vault; 400: no archive ever had such an ID, or it is in another vault
   */
  async delete(
    vaultName: string,
    archiveId: string,
    remove: (path: string) => Promise<boolean>,
  ): Promise<void> {
    const path = await this.#folder(vaultName, archiveId)
    if (!isId(archiveId) || archiveId.length !== ARCHIVE_ID_LENGTH) {
      throw invalidParameter(`Invalid archive ID: ${archiveId}`)
    }
    if ((await kindOf(join(path, 'archive.json'))) !== 'missing') {
      // One that is damaged can be deleted too; how long it was stored is not known then.
      const archive = await unlessDamaged(readArchive(path, vaultName, archiveId), this.#context.onFailure)
      await this.#vaults.withWriteNoted(vaultName, async () => {
        if ((await remove(path)) && archive) this.#meter.deleted(archive)
      })
    } else await this.#assertNotElsewhere(vaultName, archiveId)
  }

  /**
   * Throws unless the parts of a range of an archive are there, as long as they must be.
   *
   * @throws {ApiError} 404: no such vault; 507: a part is damaged
   */
  async assertWhole(vaultName: string, archive: ArchiveRecord, range: ByteRange): Promise<void> {
    const folder = await this.#folder(vaultName, archive.archiveId)
    for (const { index, size } of piecesOf(archive, range)) {
      const path = join(folder, partName(index))
      const file = await unlessMissing(stat(path), undefined)
      if (file?.isFile() === true && partSizeIn(file.size) === size) continue
      const cause = new Error(`${path} is not the file of a part of ${size} bytes.`)
      throw new DamageError(
        damagedArchive(vaultName, archive.archiveId),
        `its part ${index + 1} is missing or incomplete`,
        cause,
      )
    }
  }

  /**
   * Opens the part of an archive that a piece is of.
   *
   * @throws the system's error: it is not there
   */
  async openPart(vaultName: string, { archiveId }: ArchiveRecord, { index }: Piece): Promise<FileHandle> {
    return open(join(await this.#folder(vaultName, archiveId), partName(index)), READ)
  }

  /**
   * The tree hash of a range of an archive, where the range is a node of the archive's tree
   * (docs/glacier-protocol.md#aligned-ranges).
   */
  async treeHashOf(vaultName: string, archive: ArchiveRecord, range: ByteRange): Promise<string | undefined> {
    if (!isTreeHashAligned(range, archive.size)) return undefined
    if (range.end - range.start === archive.size) return archive.treeHash
    const folder = await this.#folder(vaultName, archive.archiveId)
    const what = damagedArchive(vaultName, archive.archiveId)
    const pieces = piecesOf(archive, range)
    const [only] = pieces
    if (only && pieces.length === 1) return treeHashOfRange(join(folder, partName(only.index)), only, what)
    const nodes = new NodeStack() // more than one: then they are whole parts
    for (const { index } of pieces) {
      nodes.push(Buffer.from((await describePart(join(folder, partName(index)), what)).treeHash, 'hex'))
    }
    return nodes.root().toString('hex')
  }

  async #folder(vaultName: string, archiveId: string): Promise<string> {
    return join(await this.#vaults.folder(vaultName, this.#kind), archiveId)
  }

  /** Throws if another vault has the archive, as the service does (docs/glacier-protocol.md#error-texts). */
  async #assertNotElsewhere(vaultName: string, archiveId: string): Promise<void> {
    if (!isId(archiveId) || (await this.#vaults.vaultsContaining('archives', archiveId)).length === 0) return
    throw invalidParameter(`Invalid vault name: ${this.#vaults.arnOf(vaultName)}`)
  }
}

/** What is known of an archive; `undefined` where there is none. */
function readArchive(
  folder: string,
  vaultName: string,
  archiveId: string,
): Promise<ArchiveRecord | undefined> {
  const what = damagedArchive(vaultName, archiveId)
  return readRecord(join(folder, 'archive.json'), archiveFormOf(archiveId), what, 'archive.json')
}
