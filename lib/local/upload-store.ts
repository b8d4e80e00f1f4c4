/**
 * Multipart uploads on disk: `uploads/UPLOAD_ID/`, with `upload.json` and a part file for each part.
 *
 * - A part replaces the one at its place by a rename; parts may come in any order, several at once.
 * - What becomes of an upload is decided once, by `ended/UPLOAD_ID.json`: from then on it takes no part. Then its folder
 *   is renamed into `archives/`, or removed. A repeated completion, after a lost answer, a crash in between or by another
 *   process, so ends in the same archive.
 * - The modification time of `upload.json` is the time of the last activity; after a day without any the upload is gone.
 * - Completion, abortion and the taking of a received part wait for each other, so that what completion has checked is
 *   what becomes the archive.
 */
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NodeStack } from '../tree-hash/tree-hash.js'
import type { ByteRange } from '../vault/byte-range.js'
import { newArchive, partName, type ArchiveRecord } from './archive-store.js'
import { namesIn, readJson, unlessMissing } from './disk.js'
import { isId, newShortId } from './identifiers.js'
import { describePart, receivePart, type ReceivedPart, type StoredPart } from './part-file.js'
import { invalidParameter, notFound } from './service-fault.js'
import type { Ground, VaultStore } from './vault-store.js'

/** `upload.json`. */
export interface UploadRecord {
  readonly uploadId: string
  readonly description: string | null
  /** Bytes. */
  readonly partSize: number
  /** ISO 8601. */
  readonly creationDate: string
}

/** `ended/UPLOAD_ID.json`: what became of an upload. */
interface Fate {
  readonly date: string
  /** `null` where it was aborted. */
  readonly archive: ArchiveRecord | null
}

/** A part of an upload. */
export interface UploadedPart extends ByteRange, StoredPart {
  readonly index: number
}

const DAY = 86_400_000

/** The uploads of all vaults. */
export class UploadStore {
  readonly #ground: Ground
  readonly #vaults: VaultStore
  readonly #ending = new Map<string, Promise<unknown>>()

  constructor(ground: Ground, vaults: VaultStore) {
    this.#ground = ground
    this.#vaults = vaults
  }

  /** Begins an upload. */
  async initiate(vaultName: string, partSize: number, description: string | null): Promise<UploadRecord> {
    const folder = await this.#vaults.folder(vaultName, 'uploads')
    const upload: UploadRecord = { uploadId: newShortId(), description, partSize, creationDate: this.#date() }
    const temporary = this.#ground.disk.temporary()
    await mkdir(temporary, { mode: 0o700 })
    await writeFile(join(temporary, 'upload.json'), JSON.stringify(upload), { mode: 0o600, flush: true })
    await this.#touch(temporary)
    await this.#ground.disk.publish(temporary, join(folder, upload.uploadId))
    return upload
  }

  /**
   * An upload that is open.
   *
   * @throws {ServiceFault} 404: no such vault or upload, or it is completed, aborted or expired
   */
  async find(vaultName: string, uploadId: string): Promise<UploadRecord> {
    const folder = join(await this.#vaults.folder(vaultName, 'uploads'), this.#checked(uploadId))
    const upload = await readJson<UploadRecord>(join(folder, 'upload.json'))
    if (!upload || (await this.#fate(vaultName, uploadId))) throw unknown(uploadId)
    if (this.#ground.now() - (await stat(join(folder, 'upload.json'))).mtimeMs <= DAY) return upload
    await this.#ground.disk.discard(folder)
    throw unknown(uploadId)
  }

  /** All open uploads of a vault, sorted by ID. */
  async list(vaultName: string): Promise<UploadRecord[]> {
    const uploads: UploadRecord[] = []
    for (const uploadId of await namesIn(await this.#vaults.folder(vaultName, 'uploads'))) {
      const upload = await this.find(vaultName, uploadId).catch(() => undefined) // expired, or ended meanwhile
      if (upload) uploads.push(upload)
    }
    return uploads
  }

  /**
   * Takes a part in the place it was sent for.
   *
   * @param accept - throws unless what came is what was announced
   */
  async receive(
    vaultName: string,
    upload: UploadRecord,
    range: ByteRange,
    source: AsyncIterable<Buffer>,
    accept: (received: ReceivedPart) => void,
  ): Promise<ReceivedPart> {
    const { uploadId, partSize } = upload
    const temporary = this.#ground.disk.temporary()
    const received = await receivePart(source, temporary)
    try {
      accept(received)
      await this.#alone(uploadId, async () => {
        await this.find(vaultName, uploadId) // completed or aborted meanwhile?
        const folder = join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
        await this.#ground.disk.publish(temporary, join(folder, partName(range.start / partSize)))
        await this.#touch(folder)
      })
    } catch (error) {
      await this.#ground.disk.discard(temporary)
      throw error
    }
    return received
  }

  /** The parts an upload has, in order of their ranges. */
  async *parts(
    vaultName: string,
    { uploadId, partSize }: UploadRecord,
  ): AsyncGenerator<UploadedPart, void, undefined> {
    const folder = join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
    for (const name of await namesIn(folder)) {
      if (!name.endsWith('.part')) continue
      const index = Number.parseInt(name, 10)
      const part = await describePart(join(folder, name))
      yield { index, start: index * partSize, end: index * partSize + part.size, ...part }
    }
  }

  /**
   * Makes an upload an archive; repeated, it gives the same one for a day.
   *
   * @throws {ServiceFault} 404: no such upload; 400: the parts do not make such an archive, and the upload stays open
   */
  async complete(
    vaultName: string,
    uploadId: string,
    size: number,
    treeHash: string,
  ): Promise<ArchiveRecord> {
    return this.#alone(uploadId, async () => {
      const { archive, date } =
        (await this.#fate(vaultName, uploadId)) ?? (await this.#assemble(vaultName, uploadId, size, treeHash))
      if (!archive || this.#isForgotten(date)) throw unknown(uploadId)
      await this.#publish(vaultName, uploadId, archive)
      return archive
    })
  }

  /**
   * Forgets an upload and its parts; repeated within a day, it does nothing.
   *
   * @throws {ServiceFault} 404: no such upload, or it is completed
   */
  async abort(vaultName: string, uploadId: string): Promise<void> {
    await this.#alone(uploadId, async () => {
      const known = await this.#fate(vaultName, uploadId)
      if (!known) await this.find(vaultName, uploadId)
      const { archive, date } = known ?? (await this.#decide(vaultName, uploadId, null))
      if (archive || this.#isForgotten(date)) throw unknown(uploadId)
      await this.#ground.disk.discard(join(await this.#vaults.folder(vaultName, 'uploads'), uploadId))
    })
  }

  /** Decides on the archive the parts make, unless another process was first. */
  async #assemble(vaultName: string, uploadId: string, size: number, treeHash: string): Promise<Fate> {
    try {
      const upload = await this.find(vaultName, uploadId)
      assertMakes(await this.#sum(vaultName, upload), size, treeHash)
      const archive = newArchive(upload.description, size, treeHash, upload.partSize, this.#date())
      return await this.#decide(vaultName, uploadId, archive)
    } catch (error) {
      const fate = await this.#fate(vaultName, uploadId)
      if (fate) return fate
      throw error
    }
  }

  /** What the parts make together. */
  async #sum(vaultName: string, upload: UploadRecord): Promise<{ size: number; nodes: NodeStack }> {
    const nodes = new NodeStack()
    let size = 0
    for await (const { start, end, treeHash } of this.parts(vaultName, upload)) {
      if (start !== size) {
        throw invalidParameter(
          `The parts of the upload are not contiguous: bytes ${size}-${start - 1} are missing.`,
        )
      }
      nodes.push(Buffer.from(treeHash, 'hex'))
      size = end
    }
    return { size, nodes }
  }

  /** The last steps of a completion; those a crash or another process has done already are passed over. */
  async #publish(vaultName: string, uploadId: string, archive: ArchiveRecord): Promise<void> {
    const from = join(await this.#vaults.folder(vaultName, 'uploads'), uploadId)
    const to = join(await this.#vaults.folder(vaultName, 'archives'), archive.archiveId)
    const published = this.#ground.disk
      .writeJson(join(from, 'archive.json'), archive)
      .then(() => this.#ground.disk.publish(from, to))
      .then(() => this.#vaults.written(vaultName))
    await unlessMissing(published, undefined)
  }

  /** What became of an upload; `undefined` while it is open. */
  async #fate(vaultName: string, uploadId: string): Promise<Fate | undefined> {
    const folder = await this.#vaults.folder(vaultName, 'ended')
    return readJson<Fate>(join(folder, `${this.#checked(uploadId)}.json`))
  }

  /** Decides what becomes of an upload, once for all processes; gives what was decided. */
  async #decide(vaultName: string, uploadId: string, archive: ArchiveRecord | null): Promise<Fate> {
    const folder = await this.#vaults.folder(vaultName, 'ended')
    return this.#ground.disk.writeJsonOnce<Fate>(join(folder, `${uploadId}.json`), {
      date: this.#date(),
      archive,
    })
  }

  /** Whether the time is over in which a completion or an abortion may be repeated. */
  #isForgotten(date: string): boolean {
    return this.#ground.now() - Date.parse(date) > DAY
  }

  /** Runs one thing at a time for each upload. */
  async #alone<T>(uploadId: string, act: () => Promise<T>): Promise<T> {
    const before = this.#ending.get(uploadId)
    const acting = (before ?? Promise.resolve()).then(act, act)
    this.#ending.set(uploadId, acting)
    try {
      return await acting
    } finally {
      if (this.#ending.get(uploadId) === acting) this.#ending.delete(uploadId)
    }
  }

  async #touch(folder: string): Promise<void> {
    const seconds = this.#ground.now() / 1000
    await utimes(join(folder, 'upload.json'), seconds, seconds)
  }

  #checked(uploadId: string): string {
    if (!isId(uploadId)) throw unknown(uploadId)
    return uploadId
  }

  #date(): string {
    return new Date(this.#ground.now()).toISOString()
  }
}

/** Throws unless the parts make the archive that is asked for. */
function assertMakes(
  { size, nodes }: { size: number; nodes: NodeStack },
  wanted: number,
  treeHash: string,
): void {
  if (size === 0) throw invalidParameter('The upload has no parts.')
  if (size !== wanted)
    throw invalidParameter(`Invalid x-amz-archive-size: ${wanted}; the parts have ${size} bytes.`)
  if (nodes.root().toString('hex') === treeHash) return
  throw invalidParameter(`Invalid x-amz-sha256-tree-hash: ${treeHash}`)
}

function unknown(uploadId: string): Error {
  return notFound(`The upload ID was not found: ${uploadId}`)
}
