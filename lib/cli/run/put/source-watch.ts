/** Whether a file is still what it was when it began to be read. */
import { fstat, type BigIntStats } from 'node:fs'
import { promisify } from 'node:util'
import { assertReadable, descriptorNamed } from '../../../fs/open-input.js'

const statOf = promisify((fd: number, callback: (error: Error | null, stats: BigIntStats) => void) => {
  fstat(fd, { bigint: true }, callback)
})

/**
 * Remembers the size and time of a regular file that is to be read. Nothing is known of what is no regular file.
 *
 * @param file - what it is called in messages; without one, stdin
 * @returns gives, once all is read, a sentence on how the file has changed; `undefined` where it has not
 * @throws an Error where the descriptor is a directory's
 */
export async function watchSource(
  fd: number | undefined,
  file: string | undefined,
): Promise<(storedBytes: number) => Promise<string | undefined>> {
  const before = fd === undefined ? undefined : await statOf(fd).catch(() => undefined) // reading it says why
  const name = file === undefined || file === '-' || descriptorNamed(file) === 0 ? 'stdin' : file
  if (fd !== undefined) assertReadable(fd, name)
  return async (storedBytes) => {
    if (fd === undefined || !before?.isFile()) return undefined
    const after = await statOf(fd)
    if (after.size === before.size && after.mtimeNs === before.mtimeNs) return undefined
    const how =
      after.size < before.size ? `: it had ${before.size} bytes at the start, and has ${after.size} now` : ''
    return `WARNING: ${name} changed while it was read${how}. What was read is stored, ${storedBytes} bytes.`
  }
}
