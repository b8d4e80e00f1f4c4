/**
 * A part on disk, with its record, in one file that appears atomically:
 *
 *     the part's bytes | its record as JSON | the length of the record, 4 bytes | `S3PT`
 */
import { open, rm, type FileHandle } from 'node:fs/promises'
import type { ByteRange } from '../../../byte-range.js'
import { MIB } from '../../../sizes.js'
import { DamageError, damageOf, parsed } from '../../disk/damage.js'
import { READ } from '../../disk/files.js'
import { isPartRecord, type PartRecord } from '../records/part-record.js'

/** Bytes that are collected before they are written. */
const WRITE_BYTES = MIB
/** Bytes that are read at once. */
const READ_BYTES = 262_144
/** Bytes at the end that have any record. */
const MAX_END_BYTES = 1024
const MARK = 'S3PT'
/** Bytes of the length and the mark. */
const LAST_BYTES = 8

/**
 * Writes a part to a file while it is received. The file is synced when the promise is fulfilled, and removed if it is
 * rejected.
 *
 * @param path - the path of the file, which must not exist
 * @param finish - called after the last byte; returns the record, or throws unless the part is the one that was announced
 */
export async function writePart(
  path: string,
  source: AsyncIterable<Buffer>,
  finish: () => PartRecord,
): Promise<PartRecord> {
  const file = await open(path, 'wx', 0o600)
  return writeInto(file, source, finish)
    .finally(() => file.close())
    .catch(async (error: unknown) => {
      await rm(path, { force: true })
      throw error
    })
}

async function writeInto(
  file: FileHandle,
  source: AsyncIterable<Buffer>,
  finish: () => PartRecord,
): Promise<PartRecord> {
  const waiting: Buffer[] = []
  let waitingBytes = 0
  for await (const chunk of source) {
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes < WRITE_BYTES) continue
    await writeAll(file, waiting.splice(0))
    waitingBytes = 0
  }
  const record = finish()
  const json = Buffer.from(JSON.stringify(record))
  const last = Buffer.alloc(LAST_BYTES)
  last.writeUInt32BE(json.length)
  last.write(MARK, 4, 'latin1')
  await writeAll(file, [...waiting, json, last])
  await file.sync()
  return record
}

async function writeAll(file: FileHandle, buffers: readonly Buffer[]): Promise<void> {
  let rest = Buffer.concat(buffers)
  while (rest.length > 0) rest = rest.subarray((await file.write(rest)).bytesWritten)
}

/**
 * The record of a part.
 *
 * @param what - the upload or object, for messages
 * @throws {DamageError} 507: the file does not have one
 */
export async function readPart(path: string, what: string): Promise<PartRecord> {
  try {
    const file = await open(path, READ)
    try {
      const { size } = await file.stat()
      const start = Math.max(0, size - MAX_END_BYTES)
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_END_BYTES), 0, MAX_END_BYTES, start)
      const end = buffer.subarray(0, bytesRead)
      const record = recordIn(end)
      const length = end.length < LAST_BYTES ? 0 : end.readUInt32BE(end.length - LAST_BYTES) + LAST_BYTES
      if (record?.size === size - length) return record
    } finally {
      await file.close()
    }
  } catch (error) {
    throw damageOf(error, what, 'the file of a part', path)
  }
  throw new DamageError(
    what,
    'the file of a part is not complete',
    new Error(`${path} is not the file of a part.`),
  )
}

function recordIn(end: Buffer): PartRecord | undefined {
  if (end.toString('latin1', end.length - 4) !== MARK) return undefined
  const length = end.readUInt32BE(end.length - LAST_BYTES)
  const value = parsed(end.toString('utf8', end.length - LAST_BYTES - length, end.length - LAST_BYTES))
  return isPartRecord(value) ? value : undefined
}

/**
 * The bytes of a range of a part. They are read while they are consumed.
 *
 * @throws {Error} the file is shorter
 */
export async function* readPartBytes(
  path: string,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, READ)
  try {
    for (let at = start; at < end;) {
      const length = Math.min(READ_BYTES, end - at)
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, at)
      if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before byte ${end}.`)
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await file.close()
  }
}
