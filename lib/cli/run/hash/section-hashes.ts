/** Hashes of consecutive sections of a file or a stream, one after the other as they are read. */
import { stat } from 'node:fs/promises'
import { SizeMismatchError } from '../../../errors.js'
import { inputStream } from '../../../fs/input-stream.js'
import { descriptorNamed } from '../../../fs/open-input.js'
import type { HashScheme } from '../../../store/hash-scheme.js'
import { addAbortSignal } from '../../../streams/node-streams.js'
import type { Io } from '../../io.js'

/** A section, and its hash. */
export interface HashedSection<Section> {
  readonly section: Section
  readonly hash: string
}

/**
 * Hashes sections of a file, or of stdin for `-`. The file is closed when the caller needs no more.
 *
 * @param sections - in order; `size` is bytes, and never 0
 * @param scheme - makes the hash of a section
 * @throws {SizeMismatchError} the size of the file is not the sum of the sizes: of a regular file, before it is read
 * @throws an error of the system, if the file cannot be read
 */
export async function* sectionHashes<Section extends { readonly size: number }>(
  file: string,
  sections: readonly Section[],
  scheme: Pick<HashScheme, 'begin'>,
  io: Io,
): AsyncGenerator<HashedSection<Section>, void, undefined> {
  const total = sections.reduce((sum, { size }) => sum + size, 0)
  const isStdin = file === '-' || descriptorNamed(file) === 0
  const stats = isStdin ? undefined : await stat(file)
  if (stats?.isFile() === true && stats.size !== total) throw new SizeMismatchError(file, total, stats.size)
  const source = addAbortSignal(io.signal, isStdin ? io.stdin : await inputStream(file, io.signal))
  let [next, position, found] = [0, 0, 0]
  let hashing = scheme.begin()
  for await (let chunk of source as AsyncIterable<Buffer>) {
    found += chunk.length
    for (let section = sections[next]; section && chunk.length > 0; section = sections[next]) {
      const bytes = chunk.subarray(0, section.size - position)
      hashing.update(bytes)
      chunk = chunk.subarray(bytes.length)
      position += bytes.length
      if (position < section.size) continue
      yield { section, hash: hashing.digest() }
      hashing = scheme.begin()
      position = 0
      next++
    }
  }
  if (found !== total) throw new SizeMismatchError(file, total, found)
}
