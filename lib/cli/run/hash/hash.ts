/**
 * `hash [FILE…]`: prints tree hashes of files in the format of sha256sum. `--check` is in hash-check.ts.
 *
 * A file that cannot be read is reported on stderr and does not stop the others. The exit code is then 1.
 */
import { FileHasher } from '../../../tree-hash/file-hasher.js'
import { ReportedError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { printExact, printJson } from '../../output/print.js'
import { check } from './hash-check.js'
import { hashOf, unlessUnreadable } from './hash-file.js'
import type { HashOptions } from '../../commands/archives/hash.js'
import { hashLine } from './hash-lines.js'

/** Runs `hash`. Without files, it hashes stdin. */
export async function hash(files: readonly string[], options: HashOptions, io: Io): Promise<void> {
  const all = files.length > 0 ? files : ['-']
  const hasher = new FileHasher()
  try {
    if (options.check) await check(all, hasher, options, io)
    else await print(all, hasher, options, io)
  } finally {
    hasher.close()
  }
}

async function print(
  files: readonly string[],
  hasher: FileHasher,
  { json }: HashOptions,
  io: Io,
): Promise<void> {
  let failures = 0
  for (const file of files) {
    const found = await unlessUnreadable(hashOf(file, hasher, io), file, io)
    if (!found) failures++
    else if (json) await printJson(io, { file, ...found })
    else await printExact(io, hashLine({ name: Buffer.from(file), hash: found.treeHash }))
  }
  if (failures > 0) throw new ReportedError(`${failures} of ${files.length} files could not be read.`)
}
