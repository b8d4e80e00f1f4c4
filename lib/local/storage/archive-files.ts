/**
 * Archives on disk: `archives/ARCHIVE_ID/`, with `archive.json` and the part files `00000.part`, `00001.part`, …
 * The folder of a multipart archive is that of its upload, renamed: parts are never copied.
 */
import { lstat, mkdir, open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../../fs/durable.js'
import { NodeStack } from '../../tree-hash/tree-hash.js'
import { isTreeHashAligned } from '../../tree-hash/aligned-ranges.js'
import type { ByteRange } from '../../byte-range.js'
import { MAX_PART_SIZE } from '../../glacier/limits.js'
import type { Meter } from '../costs/meter.js'
import { DamageError, readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, unlessMissing } from '../disk/disk.js'
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

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the vaults of the archives
   * @param meter - counts deleted archives
   * @param kind - the folder of a vault that has the archives
   */
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
   * Stores an archive from one request, as a single part.
   *
   * @param accept - throws unless the body is the one that was announced
   * @throws {ApiError} 404: the vault does not exist, or was deleted meanwhile
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
   * The IDs of the current archives of a vault, in ASCII order.
   *
   * @throws {ApiError} 404: the vault does not exist
   */
  async ids(vaultName: string): Promise<string[]> {
    return (await this.#vaults.namesIn(vaultName, this.#kind)).filter(isId)
  }

  /**
   * An archive.
   *
   * @throws {ApiError} 404: the vault or archive does not exist; 400: the archive is in another vault; 507: it is damaged
   */
  async find(vaultName: string, archiveId: string): Promise<ArchiveRecord> {
    const folder = await this.#folder(vaultName, archiveId)
    const archive = isId(archiveId) ? await readArchive(folder, vaultName, archiveId) : undefined
    if (archive) return archive
    await this.#assertNotElsewhere(vaultName, archiveId)
    throw notFound(`The archive ID was not found: ${archiveId}`)
  }

  /**
   * Deletes an archive. Does nothing if it does not exist.
   *
   * @param remove - removes its folder, and returns whether it existed
   * @throws {ApiError} 404: the vault does not exist; 400: the ID is not valid, or the archive is in another vault
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
      // A damaged archive can be deleted too. How long it was stored is not known then.
      const archive = await unlessDamaged(readArchive(path, vaultName, archiveId), this.#context.onFailure)
      await this.#vaults.withWriteNoted(vaultName, async () => {
        if ((await remove(path)) && archive) this.#meter.deleted(archive)
      })
    } else await this.#assertNotElsewhere(vaultName, archiveId)
  }

  /**
   * Asserts that the part files of a range of an archive exist and have the right lengths.
   *
   * @throws {ApiError} 404: the vault does not exist; 507: a part is damaged
   */
  async assertComplete(vaultName: string, archive: ArchiveRecord, range: ByteRange): Promise<void> {
    const folder = await this.#folder(vaultName, archive.archiveId)
    for (const { index, size } of piecesOf(archive, range)) {
      const path = join(folder, partName(index))
      const file = await unlessMissing(lstat(path), undefined) // a link may lead out of the folder
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
   * Opens the part file of a piece of an archive.
   *
   * @throws the error of the system, if the file does not exist
   */
  async openPart(vaultName: string, { archiveId }: ArchiveRecord, { index }: Piece): Promise<FileHandle> {
    return open(join(await this.#folder(vaultName, archiveId), partName(index)), READ)
  }

  /**
   * The tree hash of a range of an archive; `undefined` unless the range is tree-hash aligned
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
    const nodes = new NodeStack() // several pieces of an aligned range are complete parts
    for (const { index } of pieces) {
      nodes.push(Buffer.from((await describePart(join(folder, partName(index)), what)).treeHash, 'hex'))
    }
    return nodes.root().toString('hex')
  }

  async #folder(vaultName: string, archiveId: string): Promise<string> {
    return join(await this.#vaults.folder(vaultName, this.#kind), archiveId)
  }

  /** Refuses a request for an archive of another vault, as the service does (docs/glacier-protocol.md#error-texts). */
  async #assertNotElsewhere(vaultName: string, archiveId: string): Promise<void> {
    if (!isId(archiveId) || (await this.#vaults.vaultsContaining('archives', archiveId)).length === 0) return
    throw invalidParameter(`Invalid vault name: ${this.#vaults.arnOf(vaultName)}`)
  }
}

/** The record of an archive; `undefined` if it does not exist. */
function readArchive(
  folder: string,
  vaultName: string,
  archiveId: string,
): Promise<ArchiveRecord | undefined> {
  const what = damagedArchive(vaultName, archiveId)
  return readRecord(join(folder, 'archive.json'), archiveFormOf(archiveId), what, 'archive.json')
}
