/** The target of a `put`: what its kind of store decides. A vault and an object of a bucket are the two kinds. */
import type { ServiceAddress } from '../../../../catalog/vault-address.js'
import type { StorageClass } from '../../../../s3/storage-classes.js'
import type { ArchiveStore } from '../../../../store/archive-store.js'
import type { StoreLimits } from '../../../../store/limits.js'
import type { RetryNotice } from '../../../../transfer/retry.js'
import type { PutOptions } from '../../../commands/archives/put.js'
import type { Io } from '../../../io.js'

/** The target of a `put`, before a connection is made. */
export interface PutTarget {
  /** The operand: the name of a vault, or `s3://BUCKET/KEY`. */
  readonly destination: string
  /** The options of the command, without those that are about the other kind of target. */
  readonly options: PutOptions
  readonly limits: StoreLimits
  /** Maximum number of volumes of the stream: the keys of later volumes are longer than that of the first. */
  readonly maxVolumes: number
  /** The description of a new stream, as it is sent. */
  readonly description: string | undefined
  /** The name by which `--resume` recognizes the stream. */
  readonly name: string | undefined
  /** The storage class of the object; `undefined` in a vault. */
  readonly storageClass: StorageClass | undefined
  /**
   * Runs a function with a connection, and closes what was opened for it.
   *
   * @param warn - takes warnings, which are printed also with `--quiet`
   */
  readonly connect: <T>(
    io: Io,
    warn: (line: string) => void,
    run: (connection: PutConnection) => Promise<T>,
  ) => Promise<T>
}

/** A connection to the store of a `put`. */
export interface PutConnection {
  readonly store: ArchiveStore
  /** The region and endpoint, as the catalog records them. */
  readonly address: () => Promise<ServiceAddress>
  /** The 12-digit ID of the account; `undefined` if it is not known. */
  readonly account: () => Promise<string | undefined>
  /** Checks, before the source is read or a command is started, what would make them useless. */
  readonly assertReady: (readiness: Readiness) => Promise<void>
}

/** The facts that a {@link PutConnection.assertReady} needs. */
export interface Readiness {
  /** The path of the catalog. */
  readonly catalogFile: string
  /** Whether a command is about to be started. */
  readonly isCommand: boolean
  readonly onRetry: (notice: RetryNotice) => void
}
