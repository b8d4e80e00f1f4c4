/**
 * The notes beside a partial file, `FILE.partial.ranges`: the content and identity of the file, and the hash of each
 * range that has been written. They are a hint for the next run, which compares their hashes with the bytes, and all
 * bytes with the hash of the archive.
 *
 * The first line is the subject, each following line is a range. Lines are only appended.
 */
import { renameDurably } from '../../fs/durable.js'
import type { ByteRange } from '../../byte-range.js'
import { isObject } from '../../options/check-options.js'
import type { FileSystem, OpenFile } from '../../runtime/file-system.js'
import type { StoreLimits } from '../../store/limits.js'
import type { VerifiedRange } from '../verified-range.js'
import { orMissing } from './output-target.js'

/** Far more than the notes of an archive of 40,000 GiB in ranges of the usual size, and less than a string can hold. */
const MAX_NOTES_BYTES = 500_000_000

/** The content of a partial file: archives, or a range of the stream that they form. */
export interface PartialContent {
  readonly vaultName: string
  readonly archiveIds: readonly string[]
  /** The byte range of the stream; `undefined` for the whole stream. */
  readonly range?: ByteRange | undefined
}

/** The identity of a partial file. A copy, or another file created under the same name, has another identity. */
export interface FileIdentity {
  readonly inode: string
  /** Nanoseconds since 1970, which distinguish a recycled inode; 0 if the file system does not record the time. */
  readonly birthtime: string
}

/** The first line of the notes. */
export interface PartialSubject extends PartialContent {
  /** Bytes of each range except the last of an archive. */
  readonly rangeSize: number
  readonly file: FileIdentity
}

/** The notes of a partial file. */
export interface PartialNotes {
  readonly subject: PartialSubject
  readonly ranges: readonly VerifiedRange[]
}

/**
 * Reads notes.
 *
 * @returns `undefined` if there is no such file; `'foreign'` if the file was not written by this tool
 */
export async function readNotes(
  path: string,
  limits: StoreLimits,
  files: FileSystem,
): Promise<PartialNotes | 'foreign' | undefined> {
  const found = await orMissing(files.lstat(path))
  if (!found) return undefined
  if (!found.isFile()) return 'foreign' // reading a FIFO would wait for a writer
  if (found.size > MAX_NOTES_BYTES) return 'foreign'
  const text = await files.readFile(path)
  const [first = '', ...lines] = text.split('\n')
  const subject = subjectOf(first, limits)
  if (!subject) return 'foreign'
  const ranges: VerifiedRange[] = []
  for (const line of lines) {
    const range = rangeOf(line)
    if (range?.start !== (ranges.at(-1)?.end ?? 0)) break // an incomplete line, or the end
    ranges.push(range)
  }
  return { subject, ranges }
}

/**
 * Replaces the notes. If the process is killed meanwhile, the old notes remain.
 *
 * @param temporaryPath - a path on the same file system, for the notes until they are complete
 * @returns the file, open for more lines
 */
export async function writeNotes(
  path: string,
  temporaryPath: string,
  { subject, ranges }: PartialNotes,
  files: FileSystem,
): Promise<OpenFile> {
  await files.rm(temporaryPath)
  const file = await files.open(temporaryPath, 'wx', 0o600)
  try {
    await file.writeFile([subject, ...ranges].map((line) => `${JSON.stringify(line)}\n`).join(''))
    await file.sync()
    await renameDurably(temporaryPath, path, files)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Whether two partial files have the same content. */
export function isSameContent(a: PartialContent, b: PartialContent): boolean {
  const isSameStream = a.vaultName === b.vaultName && a.archiveIds.join() === b.archiveIds.join()
  return isSameStream && a.range?.start === b.range?.start && a.range?.end === b.range?.end
}

function subjectOf(line: string, limits: StoreLimits): PartialSubject | undefined {
  try {
    const value = JSON.parse(line) as Partial<PartialSubject> | null
    const isOurs =
      typeof value?.vaultName === 'string' &&
      Array.isArray(value.archiveIds) &&
      value.archiveIds.every((id: unknown) => typeof id === 'string') &&
      typeof value.rangeSize === 'number' &&
      isRangeSize(value.rangeSize, limits) &&
      isObject(value.file)
    return isOurs ? (value as PartialSubject) : undefined
  } catch {
    return undefined
  }
}

/** Whether a size is a power of two within the limits, as plans have it. With little memory, ranges are smaller than parts may be. */
function isRangeSize(size: number, { leafSize, maxPartSize }: StoreLimits): boolean {
  return size >= leafSize && size <= maxPartSize && Number.isInteger(Math.log2(size))
}

/**
 * The range that a line states; `undefined` if the line is incomplete or empty. Earlier versions, which knew only tree hashes,
 * wrote `treeHash`.
 */
function rangeOf(line: string): VerifiedRange | undefined {
  const match = /^\{"start":(\d+),"end":(\d+),"(?:hash|treeHash)":"([0-9a-f]{64})"\}$/.exec(line)
  if (!match) return undefined
  return { start: Number(match[1]), end: Number(match[2]), hash: String(match[3]) }
}
