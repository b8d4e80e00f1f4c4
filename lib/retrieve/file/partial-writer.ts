/** Writes the bytes of a reader into a partial file, and the verified ranges into its notes. */
import { dirname } from 'node:path'
import { MIB } from '../../sizes.js'
import { Writable } from '../../streams/node-streams.js'
import type { ArchiveReader } from '../archive-reader.js'
import { sliceChunks } from '../chunk-slices.js'
import { expectedOutputOf } from '../expected-output.js'
import type { VerifiedRange } from '../verified-range.js'
import { assertFits } from './free-space.js'
import type { PartialFile } from './partial-file.js'

/** Bytes written at once. */
const WRITE_BYTES = MIB

/**
 * Makes a Writable that appends bytes to a partial file. A range is noted after its bytes have been written.
 *
 * @param path - the output file, for the messages of errors
 * @param reader - the source of the bytes. If its plan does not state their number, the free space is checked when a
 *   job states the size of its output
 */
export function partialWriter(partial: PartialFile, path: string, reader: ArchiveReader): Writable {
  let position = partial.held.at(-1)?.end ?? 0
  let announcedBytes = reader.plan.start
  let checkedBytes = announcedBytes
  const verified: VerifiedRange[] = []
  reader.on('range', (range) => verified.push(range))
  if (reader.plan.totalBytes === undefined)
    reader.on(
      'ready',
      (job) => (announcedBytes = reader.plan.totalBytes ?? announcedBytes + expectedOutputOf(job).size),
    )
  const write = async (chunks: readonly Uint8Array[]): Promise<void> => {
    if (announcedBytes > checkedBytes) {
      checkedBytes = announcedBytes
      await assertFits(path, dirname(path), announcedBytes - (await partial.allocated()), partial.files)
    }
    for (let rest = chunks; rest.length > 0;) {
      const bytesWritten = await partial.bytes.writev(rest, position)
      position += bytesWritten
      rest = [...sliceChunks(rest, bytesWritten, Infinity)]
    }
    for (; verified[0] && verified[0].end <= position; verified.shift()) await partial.note(verified[0])
  }
  return new Writable({
    highWaterMark: WRITE_BYTES,
    writev(chunks, callback) {
      write(chunks.map(({ chunk }) => chunk as Uint8Array)).then(() => {
        callback()
      }, callback)
    },
    final(callback) {
      partial.bytes.truncate(position).then(() => {
        callback()
      }, callback)
    },
  })
}
