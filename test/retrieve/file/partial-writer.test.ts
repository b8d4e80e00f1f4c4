import { EventEmitter, once } from 'node:events'
import t from 'tap'
import type { ArchiveReader } from '../../../lib/retrieve/archive-reader.js'
import type { PartialFile } from '../../../lib/retrieve/file/partial-file.js'
import { partialWriter } from '../../../lib/retrieve/file/partial-writer.js'
import { MemoryFiles } from '../../helpers/memory-files.js'
import { patternBytes } from '../../helpers/pattern-source.js'

const BYTES = patternBytes(1000)
/** Bytes that the disk takes at once. */
const MAX_WRITTEN_BYTES = 7

/** A partial file whose disk takes a few bytes at once, with its notes, and a reader that emits nothing by itself. */
function worldWith(totalBytes: number | undefined): {
  readonly partial: PartialFile
  readonly reader: ArchiveReader
  readonly written: Buffer
  readonly notes: unknown[]
} {
  const written = Buffer.alloc(BYTES.length)
  const notes: unknown[] = []
  const bytes = {
    writev: (chunks: readonly Uint8Array[], position: number): Promise<number> => {
      const taken = Buffer.concat(chunks).subarray(0, MAX_WRITTEN_BYTES)
      taken.copy(written, position)
      return Promise.resolve(taken.length)
    },
    truncate: () => Promise.resolve(),
  }
  const files = new MemoryFiles()
  files.statfs = () => Promise.resolve({ bsize: 1, blocks: 2000, bavail: 600 })
  const partial = {
    ...{ held: [], bytes, files },
    allocated: () => Promise.resolve(400),
    note: (range: unknown) => Promise.resolve(notes.push(range)),
  }
  const reader = Object.assign(new EventEmitter(), { plan: { start: 0, totalBytes } })
  return {
    partial: partial as unknown as PartialFile,
    reader: reader as unknown as ArchiveReader,
    written,
    notes,
  }
}

t.test('a disk that takes few bytes at once gets all of them, and then the range is noted', async (t) => {
  const { partial, reader, written, notes } = worldWith(BYTES.length)
  const writer = partialWriter(partial, '/out', reader)
  const range = { start: 0, end: BYTES.length, hash: 'h' }
  reader.emit('range', range)
  writer.write(BYTES.subarray(0, 300))
  writer.end(BYTES.subarray(300))
  await once(writer, 'finish')
  t.ok(written.equals(BYTES))
  t.strictSame(notes, [range])
})

t.test('bytes that the file has already need no free space', async (t) => {
  const announce = async (size: number): Promise<unknown> => {
    const { partial, reader } = worldWith(undefined)
    const writer = partialWriter(partial, '/out', reader)
    reader.emit('ready', { jobId: 'j', archiveSize: size, range: { start: 0, end: size } })
    writer.end(BYTES)
    return once(writer, 'finish')
  }
  await t.resolves(announce(1000))
  await t.rejects(announce(1001), {
    code: 'ERR_OUTPUT_FILE',
    message: /601 more bytes are needed, 600 are free/,
  })
})
