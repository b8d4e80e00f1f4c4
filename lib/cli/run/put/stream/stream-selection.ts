/** The facts that a stream is selected by, and the result of the selection. */
import type { Catalog } from '../../../../catalog/catalog.js'
import type { VaultClient } from '../../../../client/vault-client.js'
import type { Lock } from '../../../../fs/lock.js'
import type { ResumePoint } from '../../../../upload/resume-point.js'
import type { ByteSource } from '../../../../stages/byte-source.js'
import type { UploadJournal } from '../../../../store/upload-journal.js'
import type { RetryNotice } from '../../../../transfer/retry.js'
import type { PutOptions } from '../../../commands/archives/put.js'
import type { Io } from '../../../io.js'
import type { StreamIdentity } from './stream-owner.js'

/** The facts that a stream is selected by. */
export interface StreamSelection {
  readonly identity: StreamIdentity
  readonly catalog: Catalog
  readonly client: VaultClient
  readonly source: ByteSource
  readonly options: PutOptions
  readonly io: Io
  /** Maximum bytes of memory for parts. A stream without a name is recognized only by a part that fits into it. */
  readonly memory: number
  /** Called for requests that are made again. */
  readonly onRetry: (notice: RetryNotice) => void
}

/** The stream to upload, owned by this process. */
export interface SelectedStream {
  readonly lock: Lock
  readonly journal: UploadJournal
  /** The point where the stream is resumed; `undefined` for a new stream. */
  readonly point: ResumePoint | undefined
  /** The whole source, from its beginning. */
  readonly source: ByteSource
}
