/**
 * `FILE.partial`: the bytes of a retrieval until all have arrived. It belongs to one process, to one archive and range,
 * and to this tool.
 *
 * - A file belongs to this tool if the notes beside it state its inode and time of birth. A crash before the notes are
 *   written leaves an empty file, and so does a process that was paused before it created the file and has lost its lock.
 *   So an empty file with the mode and the user of files that this tool creates belongs to it as well.
 * - Any other file of that name is left alone.
 */
import { constants } from 'node:fs/promises'
import { OutputFileError } from '../../errors.js'
import { takeEveryStep } from '../../fs/every-step.js'
import type { FileStats, FileSystem, OpenFile } from '../../runtime/file-system.js'
import type { Runtime } from '../../runtime/runtime.js'
import type { VerifiedRange } from '../verified-range.js'
import { heldRanges, type RangeCheck } from './held-ranges.js'
import { orMissing } from './output-target.js'
import { PartialLock } from './partial-lock.js'
import {
  isSameContent,
  readNotes,
  writeNotes,
  type FileIdentity,
  type PartialContent,
  type PartialNotes,
  type PartialSubject,
} from './partial-notes.js'

/** The options of {@link PartialFile.open}. */
export interface PartialRequest extends RangeCheck {
  /** The output file. */
  readonly path: string
  readonly content: PartialContent
  /** Chooses the bytes of each range, given those of an earlier run, if there was one. */
  readonly rangeSizeFor: (earlierSize: number | undefined) => number
  readonly runtime: Runtime
  /** The runtime of the lock: its heartbeat must follow real time, whatever clock the retries have. */
  readonly lockRuntime: Runtime
}

/** A partial file that this process owns. */
export class PartialFile {
  /** The path of the partial file. */
  readonly path: string
  readonly rangeSize: number
  readonly bytes: OpenFile
  readonly lock: PartialLock
  readonly files: FileSystem
  #held: readonly VerifiedRange[] = []
  readonly #notesPath: string
  readonly #subject: PartialSubject
  #notes: OpenFile | undefined

  private constructor(
    path: string,
    bytes: OpenFile,
    lock: PartialLock,
    subject: PartialSubject,
    files: FileSystem,
  ) {
    this.path = path
    this.#notesPath = `${path}.ranges`
    this.bytes = bytes
    this.lock = lock
    this.files = files
    this.rangeSize = subject.rangeSize
    this.#subject = subject
  }

  /**
   * Opens the partial file of an output file and verifies its ranges, or creates it with mode 0600.
   *
   * @throws {LockHeldError} `ERR_LOCK_HELD`: another process writes to it
   * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the file does not belong to this tool, or has another archive or range
   * @throws {AbortError} the signal fired
   */
  static async open(request: PartialRequest): Promise<PartialFile> {
    const lock = await PartialLock.take(request.path, request.lockRuntime)
    try {
      return await openLocked(lock, request, async (bytes, subject, ranges) => {
        const partial = new PartialFile(
          `${request.path}.partial`,
          bytes,
          lock,
          subject,
          request.runtime.files,
        )
        const held = subject.range ? [] : await heldRanges(partial.path, ranges, request)
        await partial.#keep(held)
        return partial
      })
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** The ranges that an earlier run has written and that are unchanged, from the start of the file. */
  get held(): readonly VerifiedRange[] {
    return this.#held
  }

  /** Notes that a range has been written. */
  async note(range: VerifiedRange): Promise<void> {
    if (!this.#subject.range) await this.#notes?.writeFile(`${JSON.stringify(range)}\n`)
  }

  /** Removes all ranges from the notes, since their bytes together are not the archive. */
  forget(): Promise<void> {
    return this.#keep([])
  }

  /** Bytes that the file occupies. */
  async allocated(): Promise<number> {
    const { size, blocks } = await this.bytes.stat()
    return Math.min(size, blocks * 512)
  }

  /**
   * Checks that the path still leads to the open file, and that this process still owns it.
   *
   * @throws {LockLostError} `ERR_LOCK_LOST`
   * @throws {OutputFileError} `ERR_OUTPUT_FILE`: another file has taken its place
   */
  async assertOurs(): Promise<void> {
    await this.lock.assertHeld()
    const [ours, found] = await Promise.all([this.bytes.stat(), statsOf(this.path, this.files)])
    if (found?.ino === ours.ino && found.dev === ours.dev) return
    throw new OutputFileError(
      this.path,
      'It was removed or replaced by another file while it was written. Nothing was renamed: run the same again.',
    )
  }

  /** Removes the notes, after the file has been renamed. */
  removeNotes(): Promise<void> {
    return this.lock.owner.remove(this.#notesPath)
  }

  /** Closes the files and releases the lock. A partial file without a byte is removed. */
  close(): Promise<void> {
    return takeEveryStep(
      () => this.#removeIfEmpty(),
      () => this.#notes?.close(),
      () => this.bytes.close(),
      () => this.lock.release(),
    )
  }

  async #removeIfEmpty(): Promise<void> {
    if ((await this.bytes.stat()).size > 0 || !(await this.#isOurs())) return
    await this.lock.owner.remove(this.path)
    await this.removeNotes()
  }

  #isOurs(): Promise<boolean> {
    return this.assertOurs().then(
      () => true,
      () => false,
    )
  }

  async #keep(held: readonly VerifiedRange[]): Promise<void> {
    await this.#notes?.close()
    this.#notes = undefined
    const notes = { subject: this.#subject, ranges: held }
    this.#notes = await this.lock.owner.owned(this.path, () =>
      writeNotes(this.#notesPath, this.lock.owner.pathOf('notes'), notes, this.files),
    )
    this.#held = held
  }
}

async function openLocked(
  lock: PartialLock,
  { path, content, rangeSizeFor, limits, runtime: { files } }: PartialRequest,
  opened: (
    bytes: OpenFile,
    subject: PartialSubject,
    ranges: readonly VerifiedRange[],
  ) => Promise<PartialFile>,
): Promise<PartialFile> {
  const partial = `${path}.partial`
  const notes = await readNotes(`${partial}.ranges`, limits, files)
  const found = await statsOf(partial, files)
  if (notes === 'foreign') throw foreign(`${partial}.ranges`)
  const isNew = !found || (found.isFile() && found.size === 0 && (await lock.owner.isLikeOwn(found)))
  const earlier = isNew ? undefined : usableNotes(partial, found, notes, content)
  const rangeSize = rangeSizeFor(earlier?.subject.rangeSize)
  const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants // Windows has no O_NOFOLLOW, which then adds nothing
  // With O_EXCL, a file that another process creates meanwhile is an error of the system.
  const bytes = await files.open(partial, found ? O_RDWR | O_NOFOLLOW : O_RDWR | O_CREAT | O_EXCL, 0o600)
  try {
    const file = identityOf(await bytes.stat())
    const isSameSize = earlier?.subject.rangeSize === rangeSize
    return await opened(bytes, { ...content, rangeSize, file }, isSameSize ? earlier.ranges : [])
  } catch (error) {
    await bytes.close()
    throw error
  }
}

/**
 * The notes of a file that is not empty.
 *
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the file does not belong to this tool, or has other content
 */
function usableNotes(
  partial: string,
  found: FileStats,
  notes: PartialNotes | undefined,
  content: PartialContent,
): PartialNotes {
  if (!notes || !found.isFile()) throw foreign(partial)
  const { subject } = notes
  const { inode, birthtime } = identityOf(found)
  const isNamed = subject.file.inode === inode && subject.file.birthtime === birthtime
  if (!isNamed) throw foreign(partial)
  if (isSameContent(subject, content)) return notes
  const { vaultName, archiveIds, range } = subject
  const kept = `${range ? `bytes ${range.start} to ${range.end} of ` : ''}${archiveIds.join(' ')} in ${vaultName}`
  throw new OutputFileError(
    partial,
    `It contains the bytes that an earlier command has retrieved of ${kept}. To resume, run that command again. ` +
      `To discard it, remove ${partial} and ${partial}.ranges. Or give another path.`,
  )
}

function foreign(path: string): OutputFileError {
  return new OutputFileError(
    path,
    'It was not written by glacier-pipe, or was copied or changed since, and is left as it is. Move it away, or give another path.',
  )
}

function identityOf({ ino, birthtimeNs }: FileStats): FileIdentity {
  return { inode: String(ino), birthtime: String(birthtimeNs) }
}

function statsOf(path: string, files: FileSystem): Promise<FileStats | undefined> {
  return orMissing(files.lstat(path))
}
