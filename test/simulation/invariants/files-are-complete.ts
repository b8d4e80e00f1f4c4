/** A file under its final name is complete and correct. */
import type { Environment } from '../actors/environment.js'

/** Compares each file that exists with the bytes that were to be retrieved. */
export function checkFiles({ world, disk, ledger }: Environment): void {
  for (const { path, bytes } of ledger.files) {
    const found = disk.bytesOf(path)
    if (found && !found.equals(bytes))
      world.fail(
        'a file under its final name is complete',
        `${path} has ${found.length} of ${bytes.length} bytes, or others`,
      )
  }
}
