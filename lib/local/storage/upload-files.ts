/**
 * Multipart uploads on disk. open-uploads.ts has their folders, and upload-endings.ts how they end.
 *
 * A part replaces the part at its position by a rename. Parts can arrive in any order and at the same time. The bytes of
 * a part are received before the upload is locked.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ByteRange } from '../../byte-range.js'
import { renameDurably } from '../../fs/durable.js'
import { unlessDamaged } from '../disk/damage.js'
import { newArchive, partName, type ArchiveRecord } from '../records/archive-record.js'
import { isId, newUploadOrJobId } from '../records/identifiers.js'
import { damagedUpload, type UploadRecord } from '../records/upload-record.js'
import { mapConcurrently } from '../service/concurrency-limit.js'
import { unlessNotFound } from '../service/not-found.js'
import type { CheckedUndocumented } from '../service/undocumented.js'
import { OpenUploads, uploadNotFound } from './open-uploads.js'
import { receivePart, type ReceivedPart } from './part-file.js'
import { dateOf, type StoreContext } from './store-context.js'
import { UploadEndings } from './upload-endings.js'
import { UploadOutcomes } from './upload-outcomes.js'
import {
  assertPartsMake,
  assertSameArchive,
  partAt,
  partIndexes,
  type ExpectedArchive,
  type UploadedPart,
} from './upload-parts.js'
import type { VaultFiles } from './vault-files.js'

/** A completed upload. */
export interface Completion {
  /** The archive that the upload became. */
  readonly archive: ArchiveRecord
  /** Whether the upload was completed before. */
  readonly isRepeated: boolean
}

/** Part files that are read at the same time for a list. */
const PARTS_READ_AT_ONCE = 8

/** The uploads of all vaults. */
export class UploadFiles {
  readonly #context: StoreContext
  readonly #vaults: VaultFiles
  readonly #outcomes: UploadOutcomes
  readonly #open: OpenUploads
  readonly #endings: UploadEndings
  readonly #repeatChecked: boolean

  /**
   * @param context - the dependencies of the stores
   * @param vaults - the vaults of the uploads
   * @param undocumented - the behaviour of repeated completions
   */
  constructor(
    context: StoreContext,
    vaults: VaultFiles,
    { repeatableFor, repeatChecked }: Pick<CheckedUndocumented, 'repeatableFor' | 'repeatChecked'>,
  ) {
    this.#context = context
    this.#vaults = vaults
    this.#outcomes = new UploadOutcomes(context, vaults, repeatableFor)
    this.#open = new OpenUploads(context, vaults, this.#outcomes)
    this.#endings = new UploadEndings(context, vaults, this.#open, this.#outcomes)
    this.#repeatChecked = repeatChecked
  }

  /**
   * Starts an upload.
   *
   * @param partSize - bytes
   * @throws {ApiError} 404: the vault does not exist
   */
  async initiate(vaultName: string, partSize: number, description: string | null): Promise<UploadRecord> {
    const { disk } = this.#context
    const folder = await this.#vaults.folder(vaultName, 'uploads')
    const upload: UploadRecord = {
      uploadId: newUploadOrJobId(),
      description,
      partSize,
      creationDate: dateOf(this.#context),
    }
    await disk.unfinished(async (temporary) => {
      await mkdir(temporary, { mode: 0o700 })
      await disk.writeJson(join(temporary, 'upload.json'), upload)
      await this.#open.touch(temporary)
      await renameDurably(temporary, join(folder, upload.uploadId))
    })
    return upload
  }

  /**
   * An open upload.
   *
   * @throws {ApiError} 404: the vault or upload does not exist, or the upload is completed, aborted or expired; 507: it is
   *   damaged
   */
  async find(vaultName: string, uploadId: string): Promise<UploadRecord> {
    return this.#open.find(vaultName, uploadId)
  }

  /**
   * The IDs of the uploads in a vault's folder, in ASCII order. Not all of them need be open.
   *
   * @throws {ApiError} 404: the vault does not exist
   */
  async ids(vaultName: string): Promise<string[]> {
    return (await this.#vaults.namesIn(vaultName, 'uploads')).filter(isId)
  }

  /**
   * All open uploads of a vault, sorted by ID. Uploads that are not open are cleaned up. Damaged ones are reported and
   * left out.
   *
   * @throws {ApiError} 404: the vault does not exist
   */
  async list(vaultName: string): Promise<UploadRecord[]> {
    const uploads: UploadRecord[] = []
    const { onFailure } = this.#context
    const visit = async (uploadId: string): Promise<void> => {
      const upload = await unlessNotFound(this.find(vaultName, uploadId))
      if (upload) uploads.push(upload)
      else await this.#endings.cleanUp(vaultName, uploadId)
    }
    for (const uploadId of await this.ids(vaultName)) await unlessDamaged(visit(uploadId), onFailure)
    for (const uploadId of await this.#outcomes.list(vaultName))
      await unlessDamaged(this.#endings.cleanUp(vaultName, uploadId), onFailure)
    return uploads
  }

  /**
   * Receives a part.
   *
   * @param range - the bytes of the archive that the part has
   * @param accept - throws unless the part is the one that was announced
   * @throws {ApiError} 404: the upload was completed, aborted or expired meanwhile
   */
  async receive(
    vaultName: string,
    { uploadId, partSize }: UploadRecord,
    range: ByteRange,
    source: AsyncIterable<Buffer>,
    accept: (received: ReceivedPart) => void,
  ): Promise<ReceivedPart> {
    return this.#context.disk.unfinished(async (temporary) => {
      const received = await receivePart(source, temporary)
      accept(received)
      await this.#open.withLock(uploadId, async () => {
        await this.find(vaultName, uploadId)
        const folder = await this.#open.folder(vaultName, uploadId)
        await renameDurably(temporary, join(folder, partName(range.start / partSize)))
        await this.#open.touch(folder)
      })
      return received
    })
  }

  /** The 0-based indexes of the parts of an upload, in order. */
  async partIndexes(vaultName: string, { uploadId }: UploadRecord): Promise<number[]> {
    return partIndexes(await this.#open.folder(vaultName, uploadId))
  }

  /** Parts of an upload. Damaged ones are reported and left out, so that clients send them again. */
  async parts(
    vaultName: string,
    { uploadId, partSize }: UploadRecord,
    indexes: readonly number[],
  ): Promise<UploadedPart[]> {
    const folder = await this.#open.folder(vaultName, uploadId)
    const what = damagedUpload(vaultName, uploadId)
    const parts = await mapConcurrently(indexes, PARTS_READ_AT_ONCE, (index) =>
      unlessDamaged(partAt(folder, partSize, index, what), this.#context.onFailure),
    )
    return parts.filter((part) => part !== undefined)
  }

  /**
   * Completes an upload. A repeated completion returns the same archive.
   *
   * @throws {ApiError} 404: the upload does not exist; 400: the parts are not those of the expected archive, and the
   *   upload stays open, or a repeated completion expects another archive and `repeatChecked` is set
   */
  async complete(vaultName: string, uploadId: string, expected: ExpectedArchive): Promise<Completion> {
    const { outcome, isRepeated } = await this.#endings.end(vaultName, uploadId, async (upload) => {
      const { description, partSize } = upload
      const folder = await this.#open.folder(vaultName, uploadId)
      await assertPartsMake(folder, partSize, expected, damagedUpload(vaultName, uploadId))
      return newArchive(description, expected.size, expected.treeHash, partSize, dateOf(this.#context))
    })
    const { archive } = outcome
    if (!archive) throw uploadNotFound(uploadId)
    if (this.#repeatChecked) assertSameArchive(archive, expected)
    return { archive, isRepeated }
  }

  /**
   * Aborts an upload and removes its parts. A repeated abortion does nothing.
   *
   * @throws {ApiError} 404: the upload does not exist, or is completed
   */
  async abort(vaultName: string, uploadId: string): Promise<void> {
    const { outcome } = await this.#endings.end(vaultName, uploadId, async () => null)
    if (outcome.archive) throw uploadNotFound(uploadId)
  }
}
