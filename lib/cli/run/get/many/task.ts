/** A command that retrieves many archives, and the plan for each of them. */
import type { VaultRetrieval } from '../../../../vault/retrieval-options.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { Io } from '../../../io.js'
import type { Connection } from '../../connection.js'
import type { Output } from './existing-outputs.js'
import type { QueuedArchive } from './retrieval-queue.js'

/** An archive to retrieve. */
export interface PlannedArchive extends QueuedArchive {
  readonly output: Output
  /** The options of its retrieval. */
  readonly retrieval: VaultRetrieval
}

/** A command that retrieves many archives. */
export interface ManyTask {
  readonly vaultName: string
  readonly pattern: string
  /** The path of the output folder. */
  readonly folder: string
  readonly options: GetOptions
  readonly io: Io
  readonly argv: readonly string[]
}

/** Plans the retrieval of an archive into its file. */
export function planned(
  output: Output,
  { client }: Connection,
  { vaultName, options, io }: ManyTask,
): PlannedArchive {
  const { tier, snsTopic, concurrency, memory, retryFor, accountId } = options
  const { signal, clock } = io
  const { volumes } = output.entry.set
  return {
    output,
    size: output.entry.size,
    retrieval: {
      ...{ client, vaultName, accountId, tier, snsTopic, concurrency, memory, retryFor, signal, clock },
      archiveId: volumes.map(({ archiveId }) => archiveId),
      archiveSizes: volumes.map(({ size }) => size),
      archiveHashes: volumes.map(({ treeHash }) => treeHash),
    },
  }
}
