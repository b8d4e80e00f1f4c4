/** Checks of the catalog, its mirror, and the disk. The records of the catalog are not changed. */
import { dirname, resolve } from 'node:path'
import { Catalog } from '../../../catalog/catalog.js'
import { countLines } from '../../../catalog/exchange/export-records.js'
import { compareMirror } from '../../../catalog/mirror/mirror-copy.js'
import { describeFailure } from '../../../catalog/mirror/mirror-messages.js'
import { conflictsIn } from '../../../catalog/queries/conflicts.js'
import { unfinishedUploadsIn } from '../../../catalog/unfinished-uploads.js'
import { isMissing } from '../../../fs/missing.js'
import type { FileSystem } from '../../../runtime/file-system.js'
import type { Runtime } from '../../../runtime/runtime.js'
import { formatCount, formatSize } from '../../output/format.js'
import { failed, failedWith, ok, warning, type Finding } from './check.js'

/** Free space below which a catalog cannot be written, and below which a warning is due. */
const MIN_FREE_BYTES = 1024 * 1024
const LOW_FREE_BYTES = 100 * MIN_FREE_BYTES

/** Checks that the catalog can be read and written, and that it is whole. A missing catalog is not created. */
export async function catalogCheck(file: string, runtime: Runtime): Promise<Finding> {
  const { files } = runtime
  if (!(await exists(file, files))) return missingCatalog(file, runtime)
  try {
    await (await Catalog.openOn(runtime, file)).close() // finds out whether there is room for the records of an upload
    const { records, damagedLines } = await countLines(file, files)
    const conflicts = await conflictsIn(file, files)
    const unfinished = await unfinishedUploadsIn(file, files)
    const facts = [file, formatCount(records, 'record')]
    if (unfinished.length > 0) facts.push(formatCount(unfinished.length, 'unfinished upload'))
    if (conflicts.length > 0)
      return warning(
        [...facts, `different tree hashes for ${formatCount(conflicts.length, 'archive')}`].join(', '),
        'Settle them by the inventory: glacier-pipe catalog rebuild VAULT',
      )
    if (damagedLines > 0)
      return warning(
        [...facts, formatCount(damagedLines, 'damaged line')].join(', '),
        'A crash leaves such a line, whose step had not begun. If there are many, compare: glacier-pipe catalog diff VAULT',
      )
    return ok(facts.join(', '))
  } catch (error) {
    return failedWith(error, 'Correct the path or its permissions, make room, or give --catalog.')
  }
}

/** The folder in which the catalog will be created is written to, and left as it was. */
async function missingCatalog(file: string, { files, random }: Runtime): Promise<Finding> {
  const trial = `${await existingFolder(file, files)}/.glacier-pipe-${random.hex(6)}`
  try {
    await files.mkdir(trial, 0o700)
    await files.rmdir(trial)
    return ok(`${file} does not exist yet; the first upload creates it`)
  } catch (error) {
    return failedWith(error, 'Correct the permissions of the folder, or give --catalog.')
  }
}

/** Checks that the mirror is a copy of the catalog. Compares all of it. */
export async function mirrorCheck(catalog: string, mirror: string, files: FileSystem): Promise<Finding> {
  const paths = { catalog: resolve(catalog), mirror: resolve(mirror) }
  try {
    const missingBytes = await compareMirror(paths, files)
    return missingBytes === 0
      ? ok(`${mirror} is a copy of the catalog`)
      : warning(
          `${mirror} lacks ${formatSize(missingBytes)}`,
          'The next command that writes to the catalog copies them.',
        )
  } catch (error) {
    if (isMissing(error) && (await exists(dirname(paths.mirror), files)))
      return ok(`${mirror} does not exist yet; the next command that writes to the catalog creates it`)
    const { text } = describeFailure(paths.mirror, error)
    return failed(`${mirror} is not in step`, `The mirror: ${text}`)
  }
}

/** Checks the free space for the catalog. */
export async function diskCheck(file: string, files: FileSystem): Promise<Finding> {
  const folder = await existingFolder(file, files)
  const { bsize, blocks, bavail } = await files.statfs(folder)
  if (blocks === 0) return ok(`${folder} is on a file system without a size`)
  const free = bsize * bavail
  const finding = `${formatSize(free)} free in ${folder}`
  if (free < MIN_FREE_BYTES) return failed(finding, 'Make room: without it, no archive can be recorded.')
  return free < LOW_FREE_BYTES ? warning(finding, 'Make room for the records of uploads.') : ok(finding)
}

/** The innermost folder of a path that exists. */
async function existingFolder(path: string, files: FileSystem): Promise<string> {
  const folder = dirname(resolve(path))
  return folder === dirname(folder) || (await exists(folder, files)) ? folder : existingFolder(folder, files)
}

/** Whether something has a path. A path that cannot be followed counts as existing: to use it says why. */
function exists(path: string, files: FileSystem): Promise<boolean> {
  return files.stat(path).then(
    () => true,
    (error: unknown) => !isMissing(error),
  )
}
