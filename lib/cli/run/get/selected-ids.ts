/** The archive IDs that the operands of `get` stand for. */
import type { StoredEntry, VaultPlace } from '../../../catalog/queries/stored-entries.js'
import { IncompleteSetError } from '../../../errors.js'
import type { GetOptions } from '../../commands/archives/get.js'
import type { Io } from '../../io.js'
import type { Connection } from '../connection.js'
import { placeOf, selectArchives } from '../select/select-archives.js'

/**
 * Finds the IDs. Of several operands, a name stands for all volumes of its set, as it does alone.
 *
 * @throws {UsageError} an operand stands for no archive, or for several
 * @throws {IncompleteSetError} `ERR_INCOMPLETE_SET`: a volume of a set is missing; its end only without `--incomplete`
 */
export async function selectedIds(
  given: readonly string[],
  vaultName: string,
  connection: Connection,
  options: GetOptions,
  io: Io,
): Promise<string[]> {
  const place = (): Promise<VaultPlace> => placeOf(connection, vaultName)
  const selected = await selectArchives(given, { vaultName, options, io, place, isStrict: false })
  const includesSets = given.length > 1 && options.volumes
  return selected.flatMap(({ by, archiveId, entry }) =>
    includesSets && entry && (by === 'name' || by === 'latest') ? volumeIds(entry, options) : [archiveId],
  )
}

function volumeIds({ id, set }: StoredEntry, { incomplete }: GetOptions): string[] {
  const { volumes, missing, state } = set
  if (missing.length > 0 || (state === 'incomplete' && !incomplete)) throw new IncompleteSetError(id, missing)
  return volumes.map(({ archiveId }) => archiveId)
}
