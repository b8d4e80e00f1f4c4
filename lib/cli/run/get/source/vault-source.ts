/** A vault as the source of a `get`. */
import { vaultStore } from '../../../../vault/vault-store.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import { RESTORE_OPTIONS, without } from '../../../options/object-options.js'
import { JOB_WORDS } from '../retrieval-words.js'
import { withConnection } from '../../connection.js'
import { catalogFileOf } from '../../data-folder.js'
import { noteRetrievalCost, printRetrievalPlan } from '../retrieval-cost.js'
import { resolveTarget, targetOfJob } from '../retrieval-target.js'
import { selectedIds } from '../selected-ids.js'
import type { GetSource } from './get-source.js'

/** The archives of a vault that a `get` retrieves, or the one of its job. */
export function vaultSource(vaultName: string, archiveIds: readonly string[], given: GetOptions): GetSource {
  const options = without(given, RESTORE_OPTIONS)
  const { accountId, job } = options
  return {
    options,
    connect: (io, run) =>
      withConnection(options, io, async (connection) => {
        const { client, retryingClient } = connection
        const { signal } = io
        const file = catalogFileOf(options, io.env)
        const target = await (job === undefined
          ? resolveTarget(
              file,
              await selectedIds(archiveIds, vaultName, connection, options, io),
              options,
              io,
            )
          : targetOfJob(file, retryingClient, { vaultName, accountId, jobId: job, signal }, io))
        const place = await connection.address()
        return run({
          store: vaultStore(client, { vaultName, accountId }),
          target,
          words: JOB_WORDS,
          describeJob: (jobId) => retryingClient.describeJob({ vaultName, accountId, jobId, signal }),
          printPlan: (retrieval) => printRetrievalPlan([retrieval], place, options, io),
          noteCost: (retrieval) => noteRetrievalCost([retrieval], place, options, io),
        })
      }),
  }
}
