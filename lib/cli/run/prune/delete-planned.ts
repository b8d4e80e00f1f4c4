/** Deletes what `prune` has planned. An entry that fails does not stop the others, unless the failure concerns all of them. */
import type { Deletion } from '../../../deletion/delete-archives.js'
import { ConnectionError, CredentialsError, ServiceError, type ServiceErrorReason } from '../../../errors.js'
import { ReportedError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printNote } from '../../output/print.js'
import { deleteAndPrint, type CommandDeletion } from '../rm/delete-archives.js'

/** The reasons of failures that concern all archives. */
const OF_ALL: ReadonlySet<ServiceErrorReason | undefined> = new Set(['vault-not-found', 'bucket-not-found'])

/** The archives of each entry, in the order of their deletion. */
export type DeletionGroups = AsyncIterable<readonly Deletion[]> | Iterable<readonly Deletion[]>

/**
 * Deletes groups of archives.
 *
 * @param groupsOf - the groups; it passes a line about each entry that it leaves out, and is kept
 * @throws {ReportedError} some were not deleted
 * @throws the error of a deletion that concerns all of them
 */
export async function deletePlanned(
  groupsOf: (keep: (line: string) => void) => DeletionGroups,
  where: Omit<CommandDeletion, 'onFailure'>,
  io: Io,
): Promise<void> {
  let failed = 0
  const keep = (line: string): void => {
    failed++
    printNote(io, line)
  }
  const onFailure = (error: unknown, group: readonly Deletion[]): boolean => {
    if (!isOfOneArchive(error)) return false
    keep(`The archive ${group.at(-1)?.archiveId} is not deleted: ${error.message}`)
    return true
  }
  await deleteAndPrint(groupsOf(keep), { ...where, onFailure }, io)
  if (failed === 0) return
  printNote(io, `${formatCount(failed, 'archive')} could not be deleted. The same command tries again.`)
  throw new ReportedError()
}

/** Whether a failure is that of one archive: the service refused its deletion. */
function isOfOneArchive(error: unknown): error is ServiceError {
  if (error instanceof CredentialsError || error instanceof ConnectionError) return false
  return error instanceof ServiceError && !OF_ALL.has(error.reason)
}
