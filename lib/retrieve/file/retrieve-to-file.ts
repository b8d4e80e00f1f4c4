/**
 * An archive into a file, which appears under its name when it is whole; interrupted, it continues where it stopped.
 *
 * - Everything that can be wrong with the file is found out before a job is started.
 * - Bytes go into `FILE.partial`, in order (`partial-file.ts`), and the tree hash of each range into the notes beside it.
 * - To continue, what is there is hashed again and compared with the notes: what is as it was is kept, up to the first
 *   range that is not. At the end all hashes together must give the archive's, so that a wrong note costs a download and
 *   never makes a wrong file.
 */
import { open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { GlacierPipeError, OutputFileError, TreeHashMismatchError } from '../../errors.js'
import { renameDurably } from '../../fs/durable.js'
import { FUNCTION, PATH } from '../../options/rules.js'
import { checkOptions } from '../../options/check-options.js'
import { pipeline, Writable } from '../../streams/node-streams.js'
import { planMemory } from '../../transfer/memory-plan.js'
import { DEFAULT_PART_SIZE } from '../../store/part-size.js'
import type { ArchiveReader } from '../archive-reader.js'
import { assertFits } from './free-space.js'
import { sizeOf } from '../jobs/orders.js'
import { outputTarget } from './output-target.js'
import { PartialFile } from './partial-file.js'
import { RETRIEVE_ARCHIVE } from '../retrieval-rules.js'
import { readerBehind, type RetrieveArchiveOptions } from '../retrieve-archive.js'
import { writeThrough } from './stream-target.js'
import { wholeOf, type HeldRange } from '../verified-output.js'
import { bytesFrom } from '../verified-range.js'

/** Bytes written at once. */
const WRITE_SIZE = 1_048_576

/** Is given the reader, to listen to its events, before anything is read, and the ranges that are there already. */
export type FollowReader = (reader: ArchiveReader, held: readonly HeldRange[]) => void

/**
 * Retrieves an archive into a file. What an earlier call with the same file left, of the same archive, is checked and
 * not fetched again; but of a range of an archive, nothing is kept.
 *
 * A symbolic link is followed. A file that is there is replaced when the archive is whole and on disk, and its mode and,
 * where possible, its owner are kept; a new file has the mode of the umask. Into a FIFO, a device or a socket, verified
 * bytes are written as they come.
 *
 * @param follow - is given the reader, to listen to its events, before anything is read
 * @throws {TypeError} an argument or option of a wrong type, or an unknown or missing option
 * @throws {RangeError} an argument or option out of range
 * @throws {LockHeldError} `ERR_LOCK_HELD`: another process retrieves into the file
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: the file cannot be written, or what lies at `FILE.partial` is not of this
 *   archive and this tool
 * @throws as {@link retrieveArchive} fails; or the system's error where the file cannot be written
 *
 * @example
 * ```ts
 * await retrieveToFile('backup.tar', { client, vaultName: 'backups', archiveId })
 * ```
 */
export async function retrieveToFile(
  file: string,
  given: RetrieveArchiveOptions,
  follow: FollowReader = () => undefined,
): Promise<void> {
  PATH(file, 'file', 'retrieveToFile')
  const options = checkOptions('retrieveToFile', given, RETRIEVE_ARCHIVE)
  FUNCTION(follow, 'follow', 'retrieveToFile')
  readerBehind([], { ...options, signal: undefined }).destroy() // refuses what makes no sense before a file is touched
  const target = await outputTarget(file)
  if (target.kind === 'stream') {
    const read = (): ArchiveReader => {
      const reader = readerBehind([], options)
      follow(reader, [])
      return reader
    }
    await writeThrough(target, read, options.signal)
    return
  }
  const { path } = target
  const partial = await PartialFile.open({
    path,
    content: contentOf(options),
    rangeSizeFor: (noted) => planMemory(options.rangeSize ?? noted, DEFAULT_PART_SIZE, options).pieceSize,
    signal: options.signal,
  })
  try {
    await fill(partial, path, options, follow)
    await partial.assertOurs()
    await giveName(path, partial)
    await partial.removeNotes()
  } catch (error) {
    const isWrongWhole = error instanceof TreeHashMismatchError && error.scope === 'archive'
    if (isWrongWhole) await partial.forget().catch(() => undefined) // the mismatch is what must be told
    throw error
  } finally {
    await partial.close()
  }
}

function contentOf({ vaultName, archiveId, range }: RetrieveArchiveOptions): {
  vaultName: string
  archiveIds: string[]
  range?: { start: number; end: number }
} {
  const archiveIds = [archiveId].flat()
  return { vaultName, archiveIds, ...(range && { range: { start: range.start, end: range.end } }) }
}

/** Retrieves everything that is not there. */
async function fill(
  partial: PartialFile,
  path: string,
  options: RetrieveArchiveOptions,
  follow: FollowReader,
): Promise<void> {
  const { held, rangeSize } = partial
  const size = sizeOf(options)
  if (size !== undefined) await assertFits(path, dirname(path), size - (await partial.allocated()))
  const reader = readerBehind(held, { ...options, rangeSize })
  follow(reader, held)
  await pipeline(reader, intoPartial(partial, path, reader, size === undefined))
  await partial.bytes.sync()
}

/** Writes the bytes in their place, and then what is known of them. */
function intoPartial(
  partial: PartialFile,
  path: string,
  reader: ArchiveReader,
  isSizeUnknown: boolean,
): Writable {
  let at = partial.held.at(-1)?.end ?? 0
  let announced = 0
  let checked = 0
  const verified: HeldRange[] = []
  reader.on('range', (range) => verified.push(range))
  if (isSizeUnknown) reader.on('ready', (job) => (announced += wholeOf(job).size))
  const take = async (chunks: readonly Uint8Array[]): Promise<void> => {
    if (announced > checked) {
      checked = announced
      await assertFits(path, dirname(path), announced - (await partial.allocated()))
    }
    for (let rest = chunks; rest.length > 0;) {
      const { bytesWritten } = await partial.bytes.writev(rest, at)
      at += bytesWritten
      rest = [...bytesFrom(rest, bytesWritten, Infinity)]
    }
    for (; verified[0] && verified[0].end <= at; verified.shift()) await partial.note(verified[0])
  }
  return new Writable({
    highWaterMark: WRITE_SIZE,
    writev(chunks, callback) {
      take(chunks.map(({ chunk }) => chunk as Uint8Array)).then(() => {
        callback()
      }, callback)
    },
    final(callback) {
      partial.bytes.truncate(at).then(() => {
        callback()
      }, callback)
    },
  })
}

/** Renames the partial file. Where that fails, it is private again, and whole: the next run only renames it. */
async function giveName(path: string, partial: PartialFile): Promise<void> {
  try {
    await takeModeOf(path, partial)
    await partial.assertOurs()
    await renameDurably(partial.path, path)
  } catch (error) {
    await partial.bytes.chmod(0o600).catch(() => undefined) // the first error says why
    if (error instanceof GlacierPipeError) throw error
    throw new OutputFileError(
      path,
      `All bytes are in ${partial.path}, verified, but it cannot get this name: ${(error as NodeJS.ErrnoException).code}. ` +
        'Make way and run the same again, or give it another name yourself.',
      { cause: error },
    )
  }
}

/**
 * Gives the partial file the mode, and where possible owner and group, of the file it replaces; of a new one, the
 * umask's. What a group may do is given to no other group.
 */
async function takeModeOf(path: string, { bytes, lock }: PartialFile): Promise<void> {
  const replaced = await stat(path).catch(() => undefined)
  if (!replaced) {
    await bytes.chmod(await modeOfNewFile(lock.pathOf('mode')))
    return
  }
  const own = await bytes.stat()
  if (replaced.uid !== own.uid || replaced.gid !== own.gid) {
    await bytes
      .chown(replaced.uid, replaced.gid) // only the superuser may
      .catch(() => bytes.chown(own.uid, replaced.gid)) // only a member of the group may
      .catch(() => undefined)
  }
  const isOfGroup = (await bytes.stat()).gid === replaced.gid
  await bytes.chmod(replaced.mode & (isOfGroup ? 0o777 : 0o707))
}

/** The mode a new file gets here. Asking for the umask would set it for a moment, for all threads. */
async function modeOfNewFile(path: string): Promise<number> {
  await rm(path, { force: true })
  const file = await open(path, 'wx', 0o666) // a symbolic link of that name is not followed
  try {
    return (await file.stat()).mode & 0o777
  } finally {
    await file.close()
    await rm(path)
  }
}
