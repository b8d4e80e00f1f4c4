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
import { newArchive, partName, type ArchiveRecord } from './archive-record.js'
import { mapBounded } from '../bounded.js'
import { readRecord, unlessDamaged } from '../disk/damage.js'
import { kindOf, unlessMissing } from '../disk/disk.js'
import { dateOf, DAY, type Ground } from '../ground.js'
import { isId, newShortId } from '../disk/identifiers.js'
import { equals, isDate, isText, nullOr, shaped } from '../disk/shape.js'
import { isPartSize } from '../../glacier/part-size.js'
import { receivePart, type ReceivedPart } from './part-file.js'
import { notFound, unlessNotFound } from '../service-fault.js'
import { FateStore, type Fate } from './upload-fate.js'
import { assertIs, assertMakes, partAt, partIndexes, type UploadedPart, type Wanted } from './upload-parts.js'
import { assertNoLink } from './vault-record.js'
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

/** Parts whose files are read at once for a list. */
const PARTS_AT_ONCE = 8

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
   * @throws {ServiceFault} 404: no such vault or upload, or it is completed, aborted or expired; 507: it is damaged
   */
  async find(vaultName: string, uploadId: string): Promise<UploadRecord> {
    const path = join(await this.#folder(vaultName, uploadId), 'upload.json')
    if (await this.#fates.find(vaultName, uploadId)) throw unknown(uploadId)
    const active = await unlessMissing(lstat(path), undefined) // the time is that of a link itself: see #touch
    const isOpen = active !== undefined && this.#ground.now() - Math.round(active.mtimeMs) <= DAY
    const what = nameOf(vaultName, uploadId)
    const upload = isOpen ? await readRecord(path, formOf(uploadId), what, 'upload.json') : undefined
    if (!upload) throw unknown(uploadId)
    return upload
  }

  /**
   * The IDs of the uploads a vault keeps, in ASCII order; not all of them need be open.
   *
   * @throws {ServiceFault} 404: no such vault
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
    const { onFailure } = this.#ground
    const look = async (uploadId: string): Promise<void> => {
      const upload = await unlessNotFound(this.find(vaultName, uploadId))
      if (upload) uploads.push(upload)
      else await this.#tidy(vaultName, uploadId)
    }
    for (const uploadId of await this.ids(vaultName)) await unlessDamaged(look(uploadId), onFailure)
    for (const uploadId of await this.#fates.list(vaultName))
      await unlessDamaged(this.#tidy(vaultName, uploadId), onFailure)
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
    return this.#ground.disk.unfinished(async (temporary) => {
      const received = await receivePart(source, temporary)
      accept(received)
      await this.#alone(uploadId, async () => {
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
    const what = nameOf(vaultName, uploadId)
    const parts = await mapBounded(indexes, PARTS_AT_ONCE, (index) =>
      unlessDamaged(partAt(folder, partSize, index, what), this.#ground.onFailure),
    )
    return parts.filter((part) => part !== undefined)
  }

  /**
   * Makes an upload an archive; repeated, it gives the same one.
   *
   * @throws {ServiceFault} 404: no such upload; 400: the parts do not make such an archive, and the upload stays open, or
   *   the archive it was made is another and that is checked
   */
  async complete(vaultName: string, uploadId: string, wanted: Wanted): Promise<Completion> {
    const { fate, isRepeated } = await this.#ended(vaultName, uploadId, async ({ description, partSize }) => {
      const folder = await this.#folder(vaultName, uploadId)
      await assertMakes(folder, partSize, wanted, nameOf(vaultName, uploadId))
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
    if (!(await isThere(from))) return
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
        const folder = await this.#folder(vaultName, uploadId)
        if (await isThere(folder)) await this.#ground.disk.discard(folder) // without upload.json it is not ours
      }
    })
  }

  #alone<T>(uploadId: string, act: () => Promise<T>): Promise<T> {
    return this.#ground.locks.withLock(`the upload ${uploadId}`, act)
  }

  async #touch(folder: string): Promise<void> {
    const seconds = this.#ground.now() / 1000
    await lutimes(join(folder, 'upload.json'), seconds, seconds)
  }

  async #folder(vaultName: string, uploadId: string): Promise<string> {
    if (!isId(uploadId)) throw unknown(uploadId)
    const path = join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
    await assertNoLink(path, vaultName, `the folder of the upload ${uploadId}`)
    return path
  }
}

/** Whether a folder is that of an upload, open or not. */
async function isThere(folder: string): Promise<boolean> {
  return (await kindOf(join(folder, 'upload.json'))) !== 'missing'
}

/** Whether a value has the form of an {@link UploadRecord}. */
function formOf(uploadId: string): (value: unknown) => value is UploadRecord {
  return shaped<UploadRecord>({
    uploadId: equals(uploadId),
    description: nullOr(isText),
    partSize: (value) => typeof value === 'number' && isPartSize(value),
    creationDate: isDate,
  })
}

/** What an upload is called in messages about damage. */
function nameOf(vaultName: string, uploadId: string): string {
  return `The upload ${uploadId} in the vault ${vaultName}`
}

function unknown(uploadId: string): Error {
  return notFound(`The upload ID was not found: ${uploadId}`)
}
