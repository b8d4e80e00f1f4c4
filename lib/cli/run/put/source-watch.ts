/** Detects that a file changes while it is read. */
import { fstat, type BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import { assertReadable, descriptorNamed } from '../../../fs/open-input.js'

const statOf = promisify((fd: number, callback: (error: Error | null, stats: BigIntStats) => void) => {
  fstat(fd, { bigint: true }, callback)
})

/**
 * Records the size and modification time of a regular file before it is read. Other kinds of files are not watched.
 *
 * @param file - its name in messages; default stdin
 * @returns a function to call after the last byte. It returns a warning about the change, `undefined` if it is unchanged
 * @throws an Error if the descriptor is that of a directory, or is not open
 */
export async function watchSource(
  fd: number | undefined,
  file: string | undefined,
): Promise<(storedBytes: number) => Promise<string | undefined>> {
  const before = fd === undefined ? undefined : await statOf(fd).catch(() => undefined) // the reader fails with the reason
  const name = file === undefined || file === '-' || descriptorNamed(file) === 0 ? 'stdin' : file
  if (fd !== undefined) assertReadable(fd, name)
  return async (storedBytes) => {
    if (fd === undefined || !before?.isFile()) return undefined
    const after = await statOf(fd)
    if (after.size === before.size && after.mtimeNs === before.mtimeNs) return undefined
    const how =
      after.size < before.size ? `: it had ${before.size} bytes at the start, and has ${after.size} now` : ''
    return `WARNING: ${name} changed while it was read${how}. The ${storedBytes} bytes that were read are stored.`
  }
}
