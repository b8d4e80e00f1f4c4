/**
 * The notes beside a partial file, `FILE.partial.ranges`: of what it is, which file it is, and the tree hash of each
 * range that was written. They are a hint for the next run: what they say of the bytes is checked against the bytes, and
 * all bytes against the archive's own hash.
 *
 * The first line is the subject, each other line a range. A line is only ever added behind the others.
 */
import { lstat, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import { renameDurably } from '../../fs/durable.js'
import type { ByteRange } from '../../byte-range.js'
import { isPartSize } from '../../glacier/part-size.js'
import { orMissing } from './output-target.js'
import type { HeldRange } from '../verified-output.js'

/** What a partial file is of. */
export interface PartialContent {
  readonly vaultName: string
  readonly archiveIds: readonly string[]
  /** What of the stream; absent where it is all. */
  readonly range?: ByteRange | undefined
}

/** Which file a partial file is. A file that is copied, or created anew under the same name, is another. */
export interface FileIdentity {
  readonly inode: string
  /** Nanoseconds since 1970, by which a recycled inode is told apart; 0 where the file system does not say. */
  readonly birthtime: string
}

/** The first line. */
export interface PartialSubject extends PartialContent {
  /** Bytes of each range but an archive's last. */
  readonly rangeSize: number
  /** `null` while the file is being created: then an empty file is ours as well. */
  readonly file: FileIdentity | null
}

/** Notes as they were found. */
export interface PartialNotes {
  readonly subject: PartialSubject
  readonly ranges: readonly HeldRange[]
}

/**
 * Reads notes.
 *
 * @returns `undefined` where there is no such file; `'foreign'` where it is not one of this tool's
 */
export async function readNotes(path: string): Promise<PartialNotes | 'foreign' | undefined> {
  const found = await orMissing(lstat(path))
  if (!found) return undefined
  if (!found.isFile()) return 'foreign' // reading a FIFO would wait for a writer
  const text = await readFile(path, 'utf8')
  const [first = '', ...lines] = text.split('\n')
  const subject = subjectOf(first)
  if (!subject) return 'foreign'
  const ranges: HeldRange[] = []
  for (const line of lines) {
    const range = rangeOf(line)
    if (range?.start !== (ranges.at(-1)?.end ?? 0)) break // the rest was torn, or is the end
    ranges.push(range)
  }
  return { subject, ranges }
}

/**
 * Writes notes in place of those that were there; who is killed before has the old ones still.
 *
 * @param fresh - a path of the same file system, for the notes until they are whole
 * @returns the file, open for more lines
 */
export async function writeNotes(
  path: string,
  fresh: string,
  { subject, ranges }: PartialNotes,
): Promise<FileHandle> {
  await rm(fresh, { force: true })
  const file = await open(fresh, 'wx', 0o600)
  try {
    await file.writeFile([subject, ...ranges].map((line) => `${JSON.stringify(line)}\n`).join(''))
    await file.sync()
    await renameDurably(fresh, path)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Whether two partial files are of the same. */
export function isSameContent(a: PartialContent, b: PartialContent): boolean {
  const same = a.vaultName === b.vaultName && a.archiveIds.join() === b.archiveIds.join()
  return same && a.range?.start === b.range?.start && a.range?.end === b.range?.end
}

function subjectOf(line: string): PartialSubject | undefined {
  try {
    const value = JSON.parse(line) as Partial<PartialSubject> | null
    const isOurs =
      typeof value?.vaultName === 'string' &&
      Array.isArray(value.archiveIds) &&
      typeof value.rangeSize === 'number' &&
      isPartSize(value.rangeSize) &&
      value.file !== undefined
    return isOurs ? (value as PartialSubject) : undefined
  } catch {
    return undefined
  }
}

/** The range a line is of; `undefined` where it is torn, or the empty one behind the last. */
function rangeOf(line: string): HeldRange | undefined {
  const match = /^\{"start":(\d+),"end":(\d+),"treeHash":"([0-9a-f]{64})"\}$/.exec(line)
  if (!match) return undefined
  return { start: Number(match[1]), end: Number(match[2]), treeHash: String(match[3]) }
}
