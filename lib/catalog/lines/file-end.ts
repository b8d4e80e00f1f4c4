/** The end of a catalog that is appended to. */
import type { OpenFile } from '../../runtime/file-system.js'
import { RECORD_BEGIN } from './parse-line.js'
import { MAX_GAP_BYTES, wideGap } from './read-lines.js'

/** Bytes read at once. Nearly always the first read finds a record. */
const READ_BYTES = 1_048_576

/**
 * Checks that a record begins so near to the end of a file that readers find what is appended. A power cut leaves some zeros
 * at the end; a file with a hole of gigabytes there is refused by readers, so that nothing may be recorded behind it.
 *
 * @param file - open for reading
 * @param sizeBytes - its size
 * @param maxGapBytes - default that of the readers
 * @throws an Error that says so
 */
export async function assertRecordNearEnd(
  file: OpenFile,
  sizeBytes: number,
  maxGapBytes: number = MAX_GAP_BYTES,
): Promise<void> {
  if (sizeBytes <= maxGapBytes) return
  const overlap = RECORD_BEGIN.length - 1 // of a record that begins in one read and goes on in the next
  const buffer = Buffer.alloc(READ_BYTES + overlap)
  for (let from = sizeBytes - READ_BYTES; from > sizeBytes - maxGapBytes; from -= READ_BYTES) {
    const length = await file.read(buffer, 0, buffer.length, from)
    if (buffer.subarray(0, length).includes(RECORD_BEGIN)) return
  }
  throw wideGap()
}
