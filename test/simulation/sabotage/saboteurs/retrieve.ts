/** Breakages of the retrieval. */
import type { Saboteur } from '../saboteur.js'

/** Breakages of the retrieval. */
export const RETRIEVE_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'bytes-before-check',
    about: 'bytes are delivered before their hash is compared',
    file: 'retrieve/fetch-range.ts',
    find: 'if (expected !== hash) throw',
    replace: 'if (expected === request.jobId) throw',
  },
  {
    name: 'range-by-first-byte',
    about: 'the hash of a range is compared on its first byte',
    file: 'retrieve/fetch-range.ts',
    find: 'if (expected !== hash) throw',
    replace: 'if (expected?.slice(0, 2) !== hash.slice(0, 2)) throw',
  },
  {
    name: 'file-named-before-sync',
    about: 'a file gets its final name before its bytes are on disk',
    file: 'retrieve/file/archive-download.ts',
    find: '  await partial.bytes.sync()\n',
    replace: '',
  },
  {
    name: 'held-bytes-unchecked',
    about: 'the bytes of an earlier run are kept without a comparison',
    file: 'retrieve/file/held-ranges.ts',
    find: ' || hash !== range.hash) break',
    replace: ' || hash === undefined) break',
  },
  {
    name: 'short-write-accepted',
    about: 'a write that took some of the bytes counts as complete',
    file: 'retrieve/file/partial-writer.ts',
    find: 'rest = [...sliceChunks(rest, bytesWritten, Infinity)]',
    replace: 'rest = [...sliceChunks(rest, Infinity, Infinity)]',
  },
]
