/**
 * Multipart uploads on disk: `uploads/UPLOAD_ID/`, with `upload.json` and a part file for each part.
 *
 * - A part replaces the one at its place by a rename; parts may come in any order, several at once.
 * - What becomes of an upload is decided once (upload-fate.ts): from then on it takes no part. Then its folder is renamed
 *   into `archives/`, or removed; if a crash comes between, whoever meets the upload next does it.
 * - The modification time of `upload.json` is the time of the last activity; after a day without any the upload is gone.
 * - Whatever changes an upload holds its lock, so that what a completion has checked is what becomes the archive. The
 *   bytes of a part come in before that.
 */
import { lstat, lutimes, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../../fs/durable.js'
import type { ByteRange } from '../../byte-range.js'
import { isPartSize } from '../../glacier/part-size.js'
import { type ArchiveRecord, newArchive, partName } from '../records/archive-record.js'
import { mapConcurrently } from '../service/concurrency-limit.js'
import { readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, unlessMissing } from '../disk/disk.js'
import { dateOf, type StoreContext } from './store-context.js'
import { DAY_MS } from '../service/durations.js'
import { isId, newUploadOrJobId } from '../records/identifiers.js'
import { type ReceivedPart, receivePart } from './part-file.js'
import { notFound } from '../service/api-error.js'
import { unlessNotFound } from '../service/not-found.js'
import type { UploadOutcome } from '../records/upload-outcome-record.js'
import { UploadOutcomes } from './upload-outcomes.js'
import { assertPartsMake, assertSameArchive, type ExpectedArchive, partAt, partIndexes, type UploadedPart } from './upload-parts.js'
import {  } from '../records/vault-record.js'
import { assertNotLink } from './vault-checks.js'
import type { CheckedUndocumented } from '../service/undocumented.js'
import type { VaultFiles } from './vault-files.js'
import { damagedUpload, uploadFormOf, type UploadRecord } from '../records/upload-record.js'

/** An upload that has become an archive. */
export interface Completion {
  readonly archive: ArchiveRecord
  /** Whether it had become the archive before. */
  readonly isRepeated: boolean
}

/** Parts whose files are read at once for a list. */
const PARTS_AT_ONCE = 8

/** The uploads of all vaults. */
export class UploadFiles {
  readonly #context: StoreContext
  readonly #vaults: VaultFiles
  readonly #outcomes: UploadOutcomes

  readonly #repeatChecked: boolean

  constructor(
    context: StoreContext,
    vaults: VaultFiles,
    { repeatableFor, repeatChecked }: Pick<CheckedUndocumented, 'repeatableFor' | 'repeatChecked'>,
  ) {
    this.#context = context
    this.#vaults = vaults
    this.#outcomes = new UploadOutcomes(context, vaults, repeatableFor)
    this.#repeatChecked = repeatChecked
  }

  /** Begins an upload. */
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
      await this.#touch(temporary)
      await renameDurably(temporary, join(folder, upload.uploadId))
    })
    return upload
  }

  /**
   * An upload that is open.
   *
   * @throws {ApiError} 404: no such vault or upload, or it is completed, aborted or expired; 507: it is damaged
   */
  async find(vaultName: string, uploadId: string): Promise<UploadRecord> {
    const path = join(await this.#folder(vaultName, uploadId), 'upload.json')
    if (await this.#outcomes.find(vaultName, uploadId)) throw unknown(uploadId)
    const active = await unlessMissing(lstat(path), undefined) // the time is that of a link itself: see #touch
    const isOpen = active !== undefined && this.#context.now() - Math.round(active.mtimeMs) <= DAY_MS
    const what = damagedUpload(vaultName, uploadId)
    const upload = isOpen ? await readRecord(path, uploadFormOf(uploadId), what, 'upload.json') : undefined
    if (!upload) throw unknown(uploadId)
    return upload
  }

  /**
   * The IDs of the uploads a vault keeps, in ASCII order; not all of them need be open.
   *
   * @throws {ApiError} 404: no such vault
   */
  async ids(vaultName: string): Promise<string[]> {
    return (await this.#vaults.names(vaultName, 'uploads')).filter(isId)
  }

  /**
   * All open uploads of a vault, sorted by ID. On the way it does what is overdue: finishes what a crash cut off, removes
   * what has expired, and forgets what became of uploads that cannot be repeated any more. An upload that is damaged is
   * reported and left out.
   */
  async list(vaultName: string): Promise<UploadRecord[]> {
    const uploads: UploadRecord[] = []
    const { onFailure } = this.#context
    const look = async (uploadId: string): Promise<void> => {
      const upload = await unlessNotFound(this.find(vaultName, uploadId))
      if (upload) uploads.push(upload)
      else await this.#tidy(vaultName, uploadId)
    }
    for (const uploadId of await this.ids(vaultName)) await unlessDamaged(look(uploadId), onFailure)
    for (const uploadId of await this.#outcomes.list(vaultName))
      await unlessDamaged(this.#tidy(vaultName, uploadId), onFailure)
    return uploads
  }

  /**
   * Takes a part in the place it was sent for.
   *
   * @param accept - throws unless what came is what was announced
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
      await this.#withLock(uploadId, async () => {
        await this.find(vaultName, uploadId)
        const folder = await this.#folder(vaultName, uploadId)
        await renameDurably(temporary, join(folder, partName(range.start / partSize)))
        await this.#touch(folder)
      })
      return received
    })
  }

  /** The 0-based numbers of the parts an upload has, in order. */
  async partIndexes(vaultName: string, { uploadId }: UploadRecord): Promise<number[]> {
    return partIndexes(await this.#folder(vaultName, uploadId))
  }

  /** Parts of an upload, which has them. One that is damaged is reported and left out, so that it is sent again. */
  async parts(
    vaultName: string,
    { uploadId, partSize }: UploadRecord,
    indexes: readonly number[],
  ): Promise<UploadedPart[]> {
    const folder = await this.#folder(vaultName, uploadId)
    const what = damagedUpload(vaultName, uploadId)
    const parts = await mapConcurrently(indexes, PARTS_AT_ONCE, (index) =>
      unlessDamaged(partAt(folder, partSize, index, what), this.#context.onFailure),
    )
    return parts.filter((part) => part !== undefined)
  }

  /**
   * Makes an upload an archive; repeated, it gives the same one.
   *
   * @throws {ApiError} 404: no such upload; 400: the parts do not make such an archive, and the upload stays open, or
   *   the archive it was made is another and that is checked
   */
  async complete(vaultName: string, uploadId: string, wanted: ExpectedArchive): Promise<Completion> {
    const { outcome, isRepeated } = await this.#ended(vaultName, uploadId, async ({ description, partSize }) => {
      const folder = await this.#folder(vaultName, uploadId)
      await assertPartsMake(folder, partSize, wanted, damagedUpload(vaultName, uploadId))
      return newArchive(description, wanted.size, wanted.treeHash, partSize, dateOf(this.#context))
    })
    const { archive } = outcome
    if (!archive) throw unknown(uploadId)
    if (this.#repeatChecked) assertSameArchive(archive, wanted)
    return { archive, isRepeated }
  }

  /**
   * Forgets an upload and its parts; repeated, it does nothing.
   *
   * @throws {ApiError} 404: no such upload, or it is completed
   */
  async abort(vaultName: string, uploadId: string): Promise<void> {
    const { outcome } = await this.#ended(vaultName, uploadId, async () => null)
    if (outcome.archive) throw unknown(uploadId)
  }

  /** What became of an upload: decided now, unless it was before. */
  async #ended(
    vaultName: string,
    uploadId: string,
    decide: (upload: UploadRecord) => Promise<ArchiveRecord | null>,
  ): Promise<{ readonly outcome: UploadOutcome; readonly isRepeated: boolean }> {
    await this.#folder(vaultName, uploadId)
    return this.#withLock(uploadId, async () => {
      const before = await this.#outcomes.find(vaultName, uploadId)
      const outcome =
        before ??
        (await this.#outcomes.decide(vaultName, uploadId, await decide(await this.find(vaultName, uploadId))))
      await this.#carryOut(vaultName, uploadId, outcome)
      if (before && this.#outcomes.isForgotten(before)) throw unknown(uploadId)
      return { outcome, isRepeated: before !== undefined }
    })
  }

  /** Does to an upload what was decided; what a crash did not cut off is done already. */
  async #carryOut(vaultName: string, uploadId: string, { archive }: UploadOutcome): Promise<void> {
    const { disk } = this.#context
    const from = await this.#folder(vaultName, uploadId)
    if (!(await isThere(from))) return
    if (!archive) {
      await disk.discard(from)
      return
    }
    const to = join(await this.#vaults.folder(vaultName, 'archives'), archive.archiveId)
    await disk.writeJson(join(from, 'archive.json'), archive)
    await this.#vaults.withWriteNoted(vaultName, () => renameDurably(from, to))
  }

  /** Does to an upload that is not open what is overdue. */
  async #tidy(vaultName: string, uploadId: string): Promise<void> {
    await this.#withLock(uploadId, async () => {
      const outcome = await this.#outcomes.find(vaultName, uploadId)
      if (outcome) {
        await this.#carryOut(vaultName, uploadId, outcome)
        if (this.#outcomes.isForgotten(outcome)) await this.#outcomes.forget(vaultName, uploadId)
      } else if (!(await unlessNotFound(this.find(vaultName, uploadId)))) {
        const folder = await this.#folder(vaultName, uploadId)
        if (await isThere(folder)) await this.#context.disk.discard(folder) // without upload.json it is not ours
      }
    })
  }

  #withLock<T>(uploadId: string, act: () => Promise<T>): Promise<T> {
    return this.#context.locks.alone(`the upload ${uploadId}`, act)
  }

  async #touch(folder: string): Promise<void> {
    const seconds = this.#context.now() / 1000
    await lutimes(join(folder, 'upload.json'), seconds, seconds)
  }

  async #folder(vaultName: string, uploadId: string): Promise<string> {
    if (!isId(uploadId)) throw unknown(uploadId)
    const path = join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
    await assertNotLink(path, vaultName, `the folder of the upload ${uploadId}`)
    return path
  }
}

/** Whether a folder is that of an upload, open or not. */
async function isThere(folder: string): Promise<boolean> {
  return (await kindOf(join(folder, 'upload.json'))) !== 'missing'
}

function unknown(uploadId: string): Error {
  return notFound(`The upload ID was not found: ${uploadId}`)
}
