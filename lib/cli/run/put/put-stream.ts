/** The stream of a `put`: its identity, and where it is resumed. */
import type { Catalog } from '../../../catalog/catalog.js'
import { systemRuntime } from '../../../runtime/runtime.js'
import { selectStream } from '../../../selection/select-stream.js'
import type { StreamIdentity } from '../../../selection/stream-owner.js'
import type { SelectedStream } from '../../../selection/stream-selection.js'
import type { ByteSource } from '../../../stages/byte-source.js'
import type { ArchiveStore } from '../../../store/archive-store.js'
import type { RetryNotice } from '../../../transfer/retry.js'
import type { UploadPlan } from '../../../upload/upload-plan.js'
import type { PutOptions, PutSource } from '../../commands/archives/put.js'
import type { Io } from '../../io.js'
import { warnOfConflictsIn } from '../../output/conflict-notes.js'
import { printNote } from '../../output/print.js'
import type { Connection } from '../connection.js'
import { streamName } from './stream-name.js'

/** The facts that the stream of a `put` is selected by, besides the options. */
export interface PutStream extends PutSource {
  readonly vaultName: string
  readonly source: ByteSource
  readonly plan: UploadPlan
  readonly catalog: Catalog
  readonly connection: Connection
}

/**
 * Selects the stream, and takes its lock, which the caller releases. Warnings are printed also with `--quiet`.
 *
 * @throws as {@link selectStream}
 */
export async function selectPutStream(
  stream: PutStream,
  store: ArchiveStore,
  onRetry: (notice: RetryNotice) => void,
  options: PutOptions,
  io: Io,
): Promise<SelectedStream> {
  const { catalog, source, plan } = stream
  const { uploadId, resume, retryFor, quiet } = options
  const { signal, clock } = io
  const identity = await identityOf(stream, options)
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
async function identityOf(
  { vaultName, file, connection }: PutStream,
  options: PutOptions,
): Promise<StreamIdentity> {
  const isResumed = options.resume === true || options.uploadId !== undefined
  return {
    ...(await connection.address()),
    vaultName,
    // For a new upload, the response of the service states the account.
    accountId: isResumed ? await connection.account(vaultName) : undefined,
    name: streamName(file, options),
  }
}
