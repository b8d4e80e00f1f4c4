/** A file under its final name is complete and correct: the stream that was to be retrieved, or what is or was at its keys. */
import type { BucketEnvironment } from '../actors/environment.js'
import { contentsAt } from '../bucket/retrieval/stream-contents.js'

/** Compares each file that exists with the contents that were to be retrieved. */
export function checkObjectFiles({ world, disk, ledger, service }: BucketEnvironment): void {
  for (const path of new Set(ledger.files.map((file) => file.path))) {
    const found = disk.bytesOf(path)
    if (!found) continue
    const contents = ledger.files
      .filter((file) => file.path === path)
      .flatMap(({ bytes, stored, isAny }) => (isAny ? contentsAt(service, stored, found) : [bytes]))
    if (!contents.some((content) => content.equals(found)))
      world.fail(
        'a file under its final name is complete',
        `${path} has ${found.length} bytes, which are no content of its keys`,
      )
  }
}
