/**
 * An archive into a file, which appears under its name when it is whole; interrupted, it goes on where it stopped.
 *
 * - Bytes go into `FILE.partial`, in order. Beside it `FILE.partial.ranges` says of what they are, and gains a line with
 *   the tree hash of each range that was written.
 * - To go on, what is there is hashed again and held against those lines: what is as it was is kept, up to the first
 *   range that is not. At the end all hashes together must give the archive's, so that a wrong line costs a download
 *   and never makes a wrong file.
 */
import { constants, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { renameDurably } from '../fs/durable.js'
import { Writable, pipeline } from '../stream.js'
import { FileHasher } from '../tree-hash/file-hasher.js'
import type { ArchiveReader } from './archive-reader.js'
import { readerBehind, type RetrieveArchiveOptions } from './retrieve-archive.js'
import type { HeldRange } from './verified-output.js'
import { bytesFrom } from './verified-range.js'

/** Bytes written at once. */
const WRITE_SIZE = 1_048_576

/** The first line of `FILE.partial.ranges`: what the bytes are of. */
interface Subject {
  readonly vaultName: string
  readonly archiveIds: readonly string[]
  /** Bytes of each range but an archive's last. */
  readonly rangeSize: number
}

/**
 * Retrieves an archive into a file of mode 0600. What an earlier call with the same file left, of the same archive, is
 * checked and not fetched again; but of a range of an archive, nothing is kept.
 *
 * @param file - is replaced where there is one, when the archive is whole and on disk
 * @param follow - is given the reader, to listen to its events, before anything is read
 * @throws as {@link retrieveArchive} fails; or the system's error where the file cannot be written
 *
 * @example
 * ```ts
 * await retrieveToFile('backup.tar', { client, vaultName: 'backups', archiveId })
 * ```
 */
export async function retrieveToFile(
  file: string,
  options: RetrieveArchiveOptions,
  follow: (reader: ArchiveReader, held: readonly HeldRange[]) => void = () => undefined,
): Promise<void> {
  const partial = `${file}.partial`
  const ledger = `${partial}.ranges`
  // Refuses what makes no sense before a file is touched.
  const { plan } = readerBehind([], { ...options, signal: undefined })
  const { vaultName, archiveId, range } = options
  const subject: Subject = { vaultName, archiveIds: [archiveId].flat(), rangeSize: plan.pieceSize }
  const held = range ? [] : await heldIn(partial, ledger, subject, options.signal)
  const bytes = await openPartial(partial)
  try {
    const ranges = range ? undefined : await openLedger(ledger, subject, held)
    try {
      const reader = readerBehind(held, options) // may fail at once, aborted: nothing is awaited before the pipeline
      follow(reader, held)
      await pipeline(reader, intoPartial(bytes, ranges, reader, held.at(-1)?.end ?? 0))
      await bytes.sync()
    } finally {
      await ranges?.close()
    }
  } finally {
    await bytes.close()
  }
  await renameDurably(partial, file)
  await rm(ledger, { force: true })
}

/** What was written and is still as it was, from the start on. */
async function heldIn(
  partial: string,
  ledger: string,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<HeldRange[]> {
  const [first, ...lines] = (await readFile(ledger, 'utf8').catch(() => '')).split('\n')
  if (first !== JSON.stringify(subject)) return []
  const held: HeldRange[] = []
  const hasher = new FileHasher()
  try {
    for (const line of lines) {
      const range = rangeOf(line)
      if (range?.start !== (held.at(-1)?.end ?? 0)) break
      const { size, treeHash } = await hasher.hash(partial, { range, signal })
      if (size !== range.end - range.start || treeHash !== range.treeHash) break
      held.push(range)
    }
  } catch (error) {
    if (signal?.aborted) throw error // what cannot be read is fetched again
  } finally {
    hasher.close()
  }
  return held
}

/** Opens what the bytes go into, and follows no link that somebody else may have put there. */
function openPartial(path: string): Promise<FileHandle> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants // Windows has no O_NOFOLLOW, which then adds nothing
  return open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
}

/** Writes the lines of what is kept, in place of those that were there; more are added as it goes on. */
async function openLedger(path: string, subject: Subject, held: readonly HeldRange[]): Promise<FileHandle> {
  const fresh = `${path}.new`
  await rm(fresh, { force: true })
  const file = await open(fresh, 'wx', 0o600)
  await file.writeFile([subject, ...held].map((line) => `${JSON.stringify(line)}\n`).join(''))
  await rename(fresh, path) // who is killed before has the old ones still
  return file
}

/** Writes the bytes in their place, and then what is known of them. */
function intoPartial(
  bytes: FileHandle,
  ranges: FileHandle | undefined,
  reader: ArchiveReader,
  from: number,
): Writable {
  let at = from
  const verified: HeldRange[] = []
  reader.on('range', (range) => verified.push(range))
  const take = async (chunks: readonly Uint8Array[]): Promise<void> => {
    for (let rest = chunks; rest.length > 0;) {
      const { bytesWritten } = await bytes.writev(rest, at)
      at += bytesWritten
      rest = [...bytesFrom(rest, bytesWritten, Infinity)]
    }
    while (verified[0] && verified[0].end <= at) {
      const line = `${JSON.stringify(verified.shift())}\n`
      await ranges?.appendFile(line)
    }
  }
  return new Writable({
    highWaterMark: WRITE_SIZE,
    writev(chunks, callback) {
      take(chunks.map(({ chunk }) => chunk as Uint8Array)).then(() => {
        callback()
      }, callback)
    },
    final(callback) {
      bytes.truncate(at).then(() => {
        callback()
      }, callback)
    },
  })
}

/** The range a line is of; `undefined` where it is torn, or the empty one behind the last. */
function rangeOf(line: string): HeldRange | undefined {
  const match = /^\{"start":(\d+),"end":(\d+),"treeHash":"([0-9a-f]{64})"\}$/.exec(line)
  if (!match) return undefined
  return { start: Number(match[1]), end: Number(match[2]), treeHash: String(match[3]) }
}
