/** The stream of a `put`: its identity, and where it is resumed. */
import type { Catalog } from '../../../catalog/catalog.js'
import { systemRuntime } from '../../../runtime/runtime.js'
import { selectStream } from '../../../selection/select-stream.js'
import type { StreamIdentity } from '../../../selection/stream-owner.js'
import type { SelectedStream } from '../../../selection/stream-selection.js'
import type { ByteSource } from '../../../stages/byte-source.js'
import type { RetryNotice } from '../../../transfer/retry.js'
import type { UploadPlan } from '../../../upload/upload-plan.js'
import type { PutSource } from '../../commands/archives/put.js'
import type { Io } from '../../io.js'
import { warnOfConflictsIn } from '../../output/conflict-notes.js'
import { printNote } from '../../output/print.js'
import type { PutConnection, PutTarget } from './target/put-target.js'

/** The facts that the stream of a `put` is selected by. */
export interface PutStream extends PutSource {
  readonly target: PutTarget
  readonly source: ByteSource
  readonly plan: UploadPlan
  readonly catalog: Catalog
  readonly connection: PutConnection
}

/**
 * Selects the stream, and takes its lock, which the caller releases. Warnings are printed also with `--quiet`.
 *
 * @throws as {@link selectStream}
 */
export async function selectPutStream(
  stream: PutStream,
  onRetry: (notice: RetryNotice) => void,
  io: Io,
): Promise<SelectedStream> {
  const { catalog, source, plan, target, connection } = stream
  const { uploadId, resume, retryFor, quiet } = target.options
  const { store } = connection
  const { signal, clock } = io
  const identity = await identityOf(stream)
  if (resume) await warnOfConflictsIn(catalog.path, io)
  const warn = (line: string): void => {
    printNote(io, line)
  }
  return selectStream({
    ...{ identity, catalog, store, source, uploadId, resume, retryFor, signal, clock, warn, onRetry },
    memory: plan.memory,
    partSize: plan.partSize,
    runtime: systemRuntime,
    note: quiet ? () => undefined : warn,
  })
}

/** The identity of the stream: its vault, account and name. */
async function identityOf({ target, connection }: PutStream): Promise<StreamIdentity> {
  const { name, options } = target
  const isResumed = options.resume === true || options.uploadId !== undefined
  return {
    ...(await connection.address()),
    vaultName: connection.store.vaultName,
    // For a new upload, the response of the service states the account.
    accountId: isResumed || target.storageClass !== undefined ? await connection.account() : undefined,
    name,
  }
}
