/** Changes a byte of a file in its place. */
import type { SharedEnvironment } from '../actors/environment.js'

/** Changes the first byte, if the file has one. */
export function changeFile({ disk }: SharedEnvironment, path: string): void {
  const bytes = disk.exists(path) ? disk.bytesOf(path) : undefined
  if (bytes === undefined || bytes.length === 0) return
  bytes[0] = (bytes[0] ?? 0) ^ 1
  disk.overwriteFile(path, bytes)
}
