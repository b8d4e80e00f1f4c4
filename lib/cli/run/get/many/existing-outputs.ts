/**
 * The files that are in the output folder already. It is found out before a job is started, which costs money.
 *
 * - A file is complete if its size and its tree hashes are those of an archive of its name in the catalog: hashing is cheap
 *   compared with a retrieval.
 * - A partial file belongs to the archive that the notes beside it state. That archive is retrieved, although a newer one
 *   may have been stored since.
 * - Any other file of that name is not ours, and is never replaced.
 */
import { join } from 'node:path'
import type { StoredEntry } from '../../../../catalog/queries/stored-entries.js'
import { OutputFileError } from '../../../../errors.js'
import { GLACIER_LIMITS } from '../../../../glacier/limits.js'
import { orMissing } from '../../../../retrieve/file/output-target.js'
import { readNotes } from '../../../../retrieve/file/partial-notes.js'
import { systemFiles } from '../../../../runtime/system-files.js'
import type { FileHasher } from '../../../../tree-hash/file-hasher.js'
import type { Io } from '../../../io.js'
import { sectionHashesOf } from '../../hash/set-hash.js'
import type { NamedArchives } from './matching-archives.js'

/** The output of an archive: complete already, or to be retrieved. */
export interface Output {
  readonly name: string
  /** The path of the file. */
  readonly file: string
  /** The archive that the file has, or the archive to retrieve. */
  readonly entry: StoredEntry
  readonly isComplete: boolean
  /** Bytes that a partial file has. */
  readonly heldBytes: number
  /** The newest archive of the name, if it is another. */
  readonly newer: StoredEntry | undefined
}

/**
 * Finds the output of one of the archives of a name.
 *
 * @param folder - the output folder, which need not exist
 * @returns an error if a file of that name is neither complete nor one that is resumed
 */
export async function outputOf(
  { name, entries }: NamedArchives,
  folder: string,
  fileName: string,
  hasher: FileHasher,
  io: Io,
): Promise<Output | OutputFileError> {
  const file = join(folder, fileName)
  const [newest] = entries
  const outputWith = (entry: StoredEntry, isComplete: boolean, heldBytes: number): Output => {
    return { name, file, entry, isComplete, heldBytes, newer: entry === newest ? undefined : newest }
  }
  const complete = await completeEntry(entries, file, hasher, io)
  if (complete instanceof OutputFileError) return complete
  if (complete) return outputWith(complete, true, 0)
  const partial = `${file}.partial`
  const found = await orMissing(systemFiles.lstat(partial))
  const notes = await readNotes(`${partial}.ranges`, GLACIER_LIMITS, systemFiles)
  // An empty file without notes is left by a run that was killed as it created the file, or is refused when it is opened.
  const isEmpty = !found || (found.isFile() && found.size === 0)
  if (isEmpty && notes === undefined) return outputWith(newest, false, 0)
  const held = notes === 'foreign' || notes?.subject.range ? undefined : notes?.subject.archiveIds.join()
  const begun = entries.find(({ set }) => set.volumes.map(({ archiveId }) => archiveId).join() === held)
  if (!begun)
    return new OutputFileError(
      file,
      `${partial} does not belong to an archive of that name. Move it away, or give another folder.`,
    )
  return outputWith(begun, false, found?.size ?? 0)
}

/**
 * Checks that nothing is at the path of an output.
 *
 * @throws {OutputFileError} `ERR_OUTPUT_FILE`: something is
 */
export async function assertNothingAt(file: string): Promise<void> {
  if (await orMissing(systemFiles.lstat(file)))
    throw new OutputFileError(file, 'It exists and is not replaced. Move it away, or give another folder.')
}

/** The archive whose bytes a file has; `undefined` if there is no file, and an error if it has others. */
async function completeEntry(
  entries: readonly StoredEntry[],
  file: string,
  hasher: FileHasher,
  io: Io,
): Promise<StoredEntry | OutputFileError | undefined> {
  const found = await orMissing(systemFiles.lstat(file))
  if (!found) return undefined
  const ofSize = found.isFile() ? entries.filter(({ size }) => size === found.size) : []
  for (const entry of ofSize) {
    const { volumes } = entry.set
    const sizes = volumes.map(({ size }) => size)
    const hashes = await sectionHashesOf(file, sizes, hasher, io)
    if (volumes.every(({ treeHash }, i) => treeHash === hashes[i])) return entry
  }
  return new OutputFileError(
    file,
    'It exists and is not an archive of that name. It is not replaced: move it away, or give another folder.',
  )
}
