/**
 * Copies a catalog to its mirror.
 *
 * - The mirror is a prefix of the catalog, byte for byte. So the bytes that it misses are those behind its end, and no
 *   record of what was copied is needed.
 * - Bytes of a catalog never change, and only bytes that are on disk in the catalog are copied. So several processes can
 *   copy at once without a lock: at each position all of them write the same byte.
 * - A mirror that is no prefix of the catalog has records that the catalog does not have, or is another file. It is never
 *   changed. The only exception are zeros at its end, which a power cut leaves behind.
 */
import { dirname } from 'node:path'
import { isMissing } from '../../fs/missing.js'
import type { FileSystem, OpenFile } from '../../runtime/file-system.js'
import { MirrorProblem } from './mirror-problem.js'

/** A catalog and its mirror. */
export interface MirrorPaths {
  /** The absolute path of the catalog. */
  readonly catalog: string
  /** The absolute path of the mirror. */
  readonly mirror: string
}

/** Bytes that are read, compared and written at once. After each block the mirror is synced. */
const BLOCK_BYTES = 1_048_576
/** Bytes at the beginning of the mirror that are compared: those of another catalog differ there. */
const HEAD_BYTES = 65_536
/** Bytes at the end of the mirror that are compared: more than several processes have written without a sync. */
const TAIL_BYTES = 8 * BLOCK_BYTES

/**
 * Copies the bytes that the mirror misses. A new mirror has mode 0600. Its folder must exist: a missing folder is more
 * likely a disk that is not mounted than a folder to create.
 *
 * @param size - the number of bytes of the catalog that are certainly on disk
 * @param checkedTo - the position up to which an earlier call of this process has checked or written the mirror; default 0
 * @returns the position up to which the mirror is now checked or written
 * @throws {MirrorProblem} the mirror is not to be written
 * @throws the system's error if one of the files cannot be read or written
 */
export async function copyToMirror(
  { catalog, mirror }: MirrorPaths,
  size: number,
  files: FileSystem,
  checkedTo = 0,
): Promise<number> {
  const source = await files.open(catalog, 'r')
  try {
    const target = await openMirror(source, mirror, files)
    try {
      const start = await checkedEnd(source, target, checkedTo)
      await copyRange(source, target, start, size)
      return Math.max(start, size)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

/**
 * Compares a whole mirror with its catalog. Changes nothing.
 *
 * @returns the number of bytes that the mirror misses
 * @throws as {@link copyToMirror}
 */
export async function compareMirror({ catalog, mirror }: MirrorPaths, files: FileSystem): Promise<number> {
  const source = await files.open(catalog, 'r')
  try {
    await assertMirror(source, mirror, files)
    const target = await files.open(mirror, 'r')
    try {
      const { size } = await target.stat()
      const start = await checkedRange(source, target, 0, size)
      return Math.max((await source.stat()).size - start, 0)
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function openMirror(source: OpenFile, mirror: string, files: FileSystem): Promise<OpenFile> {
  try {
    await assertMirror(source, mirror, files)
  } catch (error) {
    if (!isMissing(error)) throw error
    const created = await files.open(mirror, 'a+', 0o600) // not `wx`: another process may create it at the same time
    await created.close()
    await files.syncFolder(dirname(mirror))
  }
  return files.open(mirror, 'r+')
}

/** Checks that a path is that of a file, and not of the catalog itself. */
async function assertMirror(source: OpenFile, mirror: string, files: FileSystem): Promise<void> {
  const [mine, found] = [await source.stat(), await files.stat(mirror)]
  if (!found.isFile()) throw new MirrorProblem('not-a-file')
  if (found.ino === mine.ino && found.dev === mine.dev) throw new MirrorProblem('same-file')
}

/** The position from which the mirror is to be written. */
async function checkedEnd(source: OpenFile, target: OpenFile, checkedTo: number): Promise<number> {
  const { size } = await target.stat()
  const headEnd = Math.min(size, HEAD_BYTES)
  const head = await checkedRange(source, target, 0, headEnd)
  if (head < headEnd) return head
  return checkedRange(source, target, Math.max(headEnd, size - TAIL_BYTES, Math.min(checkedTo, size)), size)
}

/**
 * Compares a range of the mirror with the catalog.
 *
 * @returns the end of the range, or the position from which the mirror has only zeros
 */
async function checkedRange(source: OpenFile, target: OpenFile, start: number, end: number): Promise<number> {
  const [mine, copy] = [Buffer.alloc(BLOCK_BYTES), Buffer.alloc(BLOCK_BYTES)]
  for (let at = start; at < end;) {
    const expected = mine.subarray(0, await source.read(mine, 0, Math.min(BLOCK_BYTES, end - at), at))
    const found = copy.subarray(0, await target.read(copy, 0, Math.min(BLOCK_BYTES, end - at), at))
    const length = Math.min(expected.length, found.length)
    if (length === 0 || !expected.subarray(0, length).equals(found.subarray(0, length))) {
      const position = at + firstDifference(expected, found)
      if (await hasOnlyZeros(target, position)) return position
      throw new MirrorProblem('diverged')
    }
    at += length
  }
  return end
}

function firstDifference(a: Buffer, b: Buffer): number {
  const index = a.findIndex((byte, i) => byte !== b[i])
  return index === -1 ? a.length : index
}

async function hasOnlyZeros(file: OpenFile, start: number): Promise<boolean> {
  const buffer = Buffer.alloc(BLOCK_BYTES)
  for (let at = start; ;) {
    const count = await file.read(buffer, 0, BLOCK_BYTES, at)
    if (count === 0) return true
    if (buffer.subarray(0, count).some((byte) => byte !== 0)) return false
    at += count
  }
}

async function copyRange(source: OpenFile, target: OpenFile, start: number, end: number): Promise<void> {
  const buffer = Buffer.alloc(Math.min(BLOCK_BYTES, Math.max(end - start, 0)))
  for (let at = start; at < end;) {
    const count = await source.read(buffer, 0, Math.min(buffer.length, end - at), at)
    if (count === 0) return // the catalog was cut: the next comparison says so
    for (let done = 0; done < count;) {
      const written = await target.write(buffer.subarray(done, count), at + done)
      if (written === 0) throw new MirrorProblem('full')
      done += written
    }
    await target.datasync()
    at += count
  }
}
