/** Hashes of consecutive sections of a file or a stream, one after the other as they are read. */
import { stat } from 'node:fs/promises'
import { SizeMismatchError } from '../../../errors.js'
import { inputStream } from '../../../fs/input-stream.js'
import { descriptorNamed } from '../../../fs/open-input.js'
import type { HashScheme } from '../../../store/hash-scheme.js'
import { addAbortSignal } from '../../../streams/node-streams.js'
import type { Io } from '../../io.js'

/**
 * Hashes sections of a file, or of stdin for `-`. The file is closed when the caller needs no more.
 *
 * @param sizes - bytes in each section, in order; none is 0
 * @param scheme - makes the hash of a section
 * @throws {SizeMismatchError} the size of the file is not the sum of the sizes: of a regular file, before it is read
 * @throws an error of the system, if the file cannot be read
 */
export async function* sectionHashes(
  file: string,
  sizes: readonly number[],
  scheme: Pick<HashScheme, 'begin'>,
  io: Io,
): AsyncGenerator<string, void, undefined> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const isStdin = file === '-' || descriptorNamed(file) === 0
  const stats = isStdin ? undefined : await stat(file)
  if (stats?.isFile() === true && stats.size !== total) throw new SizeMismatchError(file, total, stats.size)
  const source = addAbortSignal(io.signal, isStdin ? io.stdin : await inputStream(file, io.signal))
  let section = 0
  let hash = scheme.begin()
  let left = sizes[0] ?? 0
  let found = 0
  for await (let chunk of source as AsyncIterable<Buffer>) {
    found += chunk.length
    while (chunk.length > 0 && section < sizes.length) {
      const bytes = chunk.subarray(0, left)
      hash.update(bytes)
      chunk = chunk.subarray(bytes.length)
      left -= bytes.length
      if (left > 0) continue
      yield hash.digest()
      hash = scheme.begin()
      left = sizes[++section] ?? 0
    }
  }
  if (found !== total) throw new SizeMismatchError(file, total, found)
}
