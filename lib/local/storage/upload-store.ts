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
import { mkdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../../fs/durable.js'
import type { ByteRange } from '../../vault/byte-range.js'
import { newArchive, partName, type ArchiveRecord } from './archive-store.js'
import { namesIn, readJson, unlessMissing } from '../disk/disk.js'
import { dateOf, DAY, type Ground } from '../ground.js'
import { isId, newShortId } from '../disk/identifiers.js'
import { receivePart, type ReceivedPart } from './part-file.js'
import { notFound, unlessNotFound } from '../service-fault.js'
import { FateStore, type Fate } from './upload-fate.js'
import { assertIs, assertMakes, partAt, partIndexes, type UploadedPart, type Wanted } from './upload-parts.js'
import type { CheckedUndocumented } from '../undocumented.js'
import type { VaultStore } from './vault-store.js'

/** `upload.json`. */
export interface UploadRecord {
  readonly uploadId: string
  readonly description: string | null
  /** Bytes. */
  readonly partSize: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** An upload that has become an archive. */
export interface Completion {
  readonly archive: ArchiveRecord
  /** Whether it had become the archive before. */
  readonly isRepeated: boolean
}

/** The uploads of all vaults. */
export class UploadStore {
  readonly #ground: Ground
  readonly #vaults: VaultStore
  readonly #fates: FateStore

  readonly #repeatChecked: boolean

  constructor(
    ground: Ground,
    vaults: VaultStore,
    { repeatableFor, repeatChecked }: Pick<CheckedUndocumented, 'repeatableFor' | 'repeatChecked'>,
  ) {
    this.#ground = ground
    this.#vaults = vaults
    this.#fates = new FateStore(ground, vaults, repeatableFor)
    this.#repeatChecked = repeatChecked
  }

  /** Begins an upload. */
  async initiate(vaultName: string, partSize: number, description: string | null): Promise<UploadRecord> {
    const { disk } = this.#ground
    const folder = await this.#vaults.folder(vaultName, 'uploads')
    const upload: UploadRecord = {
      uploadId: newShortId(),
      description,
      partSize,
      creationDate: dateOf(this.#ground),
    }
    const temporary = disk.temporary()
    await mkdir(temporary, { mode: 0o700 })
    await disk.writeJson(join(temporary, 'upload.json'), upload)
    await this.#touch(temporary)
    await renameDurably(temporary, join(folder, upload.uploadId))
    return upload
  }

  /**
   * An upload that is open.
   *
   * @throws {ServiceFault} 404: no such vault or upload, or it is completed, aborted or expired
   */
  async find(vaultName: string, uploadId: string): Promise<UploadRecord> {
    const folder = await this.#folder(vaultName, uploadId)
    const upload = await readJson<UploadRecord>(join(folder, 'upload.json'))
    if (!upload || (await this.#fates.find(vaultName, uploadId))) throw unknown(uploadId)
    const active = await unlessMissing(stat(join(folder, 'upload.json')), undefined)
    if (!active || this.#ground.now() - Math.round(active.mtimeMs) > DAY) throw unknown(uploadId)
    return upload
  }

  /**
   * The IDs of the uploads a vault keeps, in ASCII order; not all of them need be open.
   *
   * @throws {ServiceFault} 404: no such vault
   */
  async ids(vaultName: string): Promise<string[]> {
    return (await namesIn(await this.#vaults.folder(vaultName, 'uploads'))).filter(isId)
  }

  /**
   * All open uploads of a vault, sorted by ID. On the way it does what is overdue: finishes what a crash cut off, removes
   * what has expired, and forgets what became of uploads that cannot be repeated any more.
   */
  async list(vaultName: string): Promise<UploadRecord[]> {
    const uploads: UploadRecord[] = []
    for (const uploadId of await this.ids(vaultName)) {
      const upload = await unlessNotFound(this.find(vaultName, uploadId))
      if (upload) uploads.push(upload)
      else await this.#tidy(vaultName, uploadId)
    }
    for (const uploadId of await this.#fates.list(vaultName)) await this.#tidy(vaultName, uploadId)
    return uploads
  }

  /**
   * Takes a part in the place it was sent for.
   *
   * @param accept - throws unless what came is what was announced
   * @throws {ServiceFault} 404: the upload was completed, aborted or expired meanwhile
   */
  async receive(
    vaultName: string,
    { uploadId, partSize }: UploadRecord,
    range: ByteRange,
    source: AsyncIterable<Buffer>,
    accept: (received: ReceivedPart) => void,
  ): Promise<ReceivedPart> {
    const temporary = this.#ground.disk.temporary()
    const received = await receivePart(source, temporary)
    try {
      accept(received)
      await this.#alone(uploadId, async () => {
        await this.find(vaultName, uploadId)
        const folder = await this.#folder(vaultName, uploadId)
        await renameDurably(temporary, join(folder, partName(range.start / partSize)))
        await this.#touch(folder)
      })
    } catch (error) {
      await this.#ground.disk.discard(temporary)
      throw error
    }
    return received
  }

  /** The 0-based numbers of the parts an upload has, in order. */
  async partIndexes(vaultName: string, { uploadId }: UploadRecord): Promise<number[]> {
    return partIndexes(await this.#folder(vaultName, uploadId))
  }

  /** A part of an upload, which has it. */
  async part(vaultName: string, { uploadId, partSize }: UploadRecord, index: number): Promise<UploadedPart> {
    return partAt(await this.#folder(vaultName, uploadId), partSize, index)
  }

  /**
   * Makes an upload an archive; repeated, it gives the same one.
   *
   * @throws {ServiceFault} 404: no such upload; 400: the parts do not make such an archive, and the upload stays open, or
   *   the archive it was made is another and that is checked
   */
  async complete(vaultName: string, uploadId: string, wanted: Wanted): Promise<Completion> {
    const { fate, isRepeated } = await this.#ended(vaultName, uploadId, async ({ description, partSize }) => {
      await assertMakes(await this.#folder(vaultName, uploadId), partSize, wanted)
      return newArchive(description, wanted.size, wanted.treeHash, partSize, dateOf(this.#ground))
    })
    const { archive } = fate
    if (!archive) throw unknown(uploadId)
    if (this.#repeatChecked) assertIs(archive, wanted)
    return { archive, isRepeated }
  }

  /**
   * Forgets an upload and its parts; repeated, it does nothing.
   *
   * @throws {ServiceFault} 404: no such upload, or it is completed
   */
  async abort(vaultName: string, uploadId: string): Promise<void> {
    const { fate } = await this.#ended(vaultName, uploadId, async () => null)
    if (fate.archive) throw unknown(uploadId)
  }

  /** What became of an upload: decided now, unless it was before. */
  async #ended(
    vaultName: string,
    uploadId: string,
    decide: (upload: UploadRecord) => Promise<ArchiveRecord | null>,
  ): Promise<{ readonly fate: Fate; readonly isRepeated: boolean }> {
    await this.#folder(vaultName, uploadId)
    return this.#alone(uploadId, async () => {
      const before = await this.#fates.find(vaultName, uploadId)
      const fate =
        before ??
        (await this.#fates.decide(vaultName, uploadId, await decide(await this.find(vaultName, uploadId))))
      await this.#carryOut(vaultName, uploadId, fate)
      if (before && this.#fates.isForgotten(before)) throw unknown(uploadId)
      return { fate, isRepeated: before !== undefined }
    })
  }

  /** Does to an upload what was decided; what a crash did not cut off is done already. */
  async #carryOut(vaultName: string, uploadId: string, { archive }: Fate): Promise<void> {
    const { disk } = this.#ground
    const from = await this.#folder(vaultName, uploadId)
    if (!(await readJson(join(from, 'upload.json')))) return
    if (!archive) {
      await disk.discard(from)
      return
    }
    const to = join(await this.#vaults.folder(vaultName, 'archives'), archive.archiveId)
    await disk.writeJson(join(from, 'archive.json'), archive)
    await this.#vaults.writing(vaultName, () => renameDurably(from, to))
  }

  /** Does to an upload that is not open what is overdue. */
  async #tidy(vaultName: string, uploadId: string): Promise<void> {
    await this.#alone(uploadId, async () => {
      const fate = await this.#fates.find(vaultName, uploadId)
      if (fate) {
        await this.#carryOut(vaultName, uploadId, fate)
        if (this.#fates.isForgotten(fate)) await this.#fates.forget(vaultName, uploadId)
      } else if (!(await unlessNotFound(this.find(vaultName, uploadId)))) {
        await this.#ground.disk.discard(await this.#folder(vaultName, uploadId))
      }
    })
  }

  #alone<T>(uploadId: string, act: () => Promise<T>): Promise<T> {
    return this.#ground.locks.alone(`the upload ${uploadId}`, act)
  }

  async #touch(folder: string): Promise<void> {
    const seconds = this.#ground.now() / 1000
    await utimes(join(folder, 'upload.json'), seconds, seconds)
  }

  async #folder(vaultName: string, uploadId: string): Promise<string> {
    if (!isId(uploadId)) throw unknown(uploadId)
    return join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
  }
}

function unknown(uploadId: string): Error {
  return notFound(`The upload ID was not found: ${uploadId}`)
}
