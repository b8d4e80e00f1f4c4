/**
 * Reads the lines of a catalog in large blocks: a catalog may have millions of lines, and a step of a generator costs more
 * than a line. Each block has whole lines only; the last one may end without a line end.
 *
 * A line that is longer than many records was not written by this tool, or has the zeros of a power cut in it. It comes in
 * pieces that begin with a record, as far as it has records: the memory that it takes is bounded.
 */
import { isAscii } from 'node:buffer'
import { resolve } from 'node:path'
import { closerOf } from '../../fs/forgotten-file.js'
import { isMissing } from '../../fs/missing.js'
import type { FileSystem } from '../../runtime/file-system.js'
import { catalogFailure } from '../catalog-failure.js'
import { assertCatalogHead, openCatalogFile } from '../catalog-file.js'
import { RECORD_BEGIN } from './parse-line.js'

const NEW_LINE = 10
/**
 * Bytes read at once. The text of a block is then an ordinary object, which the next collection of new objects removes.
 * Longer texts are large objects, and those of more than about a million characters are outside of the JavaScript heap:
 * they pile up to the size of the catalog before V8 collects them.
 */
const READ_BYTES = 65_536
/** Maximum number of bytes of a line that are held. A record has at most 64 KiB. */
const MAX_LINE_BYTES = 16_777_216
/**
 * Maximum number of bytes of a line in a row that have no record. A power cut leaves a few MiB: each record is on disk
 * before the next one is written. A file with a hole of a TiB would be read for an hour.
 */
export const MAX_GAP_BYTES = 536_870_912

/** Where a line is cut in which no record begins. The bytes behind it may be the beginning of one. */
const LONGEST_CUT = MAX_LINE_BYTES - RECORD_BEGIN.length + 1

/** Some lines of a catalog, torn ones included. Valid until the next block is requested. */
export interface LineBlock {
  readonly text: string
  /** The same as bytes, if each character is one byte; otherwise `undefined`. */
  readonly bytes: Buffer | undefined
}

/**
 * Reads whole lines, in blocks; nothing if the file does not exist.
 *
 * @param mayMatter - whether a block of the file's bytes is to be decoded; default: all blocks are
 * @throws {CatalogError} `ERR_CATALOG`: the file cannot be read, or is not a catalog; `cause` says why
 */
export async function* readLines(
  file: string,
  files: FileSystem,
  mayMatter: (block: Buffer) => boolean = () => true,
): AsyncGenerator<LineBlock, void, undefined> {
  const path = resolve(file)
  try {
    for await (const block of blocksOf(path, files)) {
      if (!mayMatter(block)) continue
      const ascii = isAscii(block)
      const text = block.toString(ascii ? 'latin1' : 'utf8') // Latin-1 is decoded in a third of the time
      yield { text, bytes: ascii ? block : undefined }
    }
  } catch (error) {
    if (isMissing(error)) return
    throw catalogFailure(path, 'read', error)
  }
}

/** Reads a file's bytes in blocks of whole lines. A block is valid until the next one is requested. */
async function* blocksOf(path: string, files: FileSystem): AsyncGenerator<Buffer, void, undefined> {
  const file = await openCatalogFile(path, 'reading', files)
  const close = closerOf(file) // also if the generator is abandoned in the middle and never ended
  try {
    let buffer = Buffer.allocUnsafe(READ_BYTES)
    let isFirst = true
    let heldBytes = 0 // of a line whose end has not been read yet
    let gapBytes = 0 // of a line, in which no record begins
    for (;;) {
      const bytesRead = await file.read(buffer, heldBytes, buffer.length - heldBytes)
      const end = heldBytes + bytesRead
      if (isFirst) assertCatalogHead(buffer.subarray(0, end))
      isFirst = false
      const lineEnd = bytesRead === 0 ? end : buffer.lastIndexOf(NEW_LINE, end - 1) + 1
      const cut = lineEnd === 0 && end === MAX_LINE_BYTES ? cutOfLongLine(buffer) : lineEnd
      if (cut > 0) gapBytes = cut === LONGEST_CUT ? gapBytes + cut : 0
      if (gapBytes > MAX_GAP_BYTES) throw wideGap()
      if (cut > 0) yield buffer.subarray(0, cut)
      if (bytesRead === 0) return
      buffer.copyWithin(0, cut, end)
      heldBytes = end - cut
      if (heldBytes === buffer.length) buffer = Buffer.concat([buffer], 2 * heldBytes)
    }
  } finally {
    await close()
  }
}

/** The position at which a line is cut that fills the buffer: where its last record begins that may still be complete. */
function cutOfLongLine(buffer: Buffer): number {
  const begin = buffer.lastIndexOf(RECORD_BEGIN)
  return begin > 0 ? begin : LONGEST_CUT
}

/** The error for a file that has too many bytes in a row without a record. */
export function wideGap(): Error {
  return new Error(
    `It has more than ${MAX_GAP_BYTES / 1_048_576} MiB in a row without a record. Cut them out, or give the path of another file.`,
  )
}
