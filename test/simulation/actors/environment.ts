/** The things that the processes of one run share besides the world: the disk, the service, the process table and the reports. */
import type { VaultClient } from '../../../lib/client/vault-client.js'
import type { BucketClient } from '../../../lib/s3/bucket-client.js'
import type { BucketModel } from '../bucket/bucket-model.js'
import type { SimDisk } from '../disk/sim-disk.js'
import type { RequestHistory } from '../service/history.js'
import type { ServiceModel } from '../service/service-model.js'
import type { FaultKind } from '../world/faults.js'
import type { Host } from '../world/host.js'
import type { ProcessTable, SimProcess } from '../world/sim-process.js'
import type { World } from '../world/world.js'
import type { Content } from './content.js'
import type { Ledger } from './ledger.js'

/** The catalog, on the disk that all hosts share. */
export const CATALOG = '/shared/catalog.jsonl'
/** The folder of the files that are retrieved, on the same disk. */
export const OUTPUT = '/shared/output'
/** Where the vault is. */
export const PLACE = { region: 'eu-west-1', endpoint: undefined }

/** Makes the client of a process: of the simulated port, or the real one on a simulated network. */
export type ClientFactory = (process: SimProcess, service: ServiceModel, accountId: string) => VaultClient

/** The same for a bucket. */
export type BucketClientFactory = (process: SimProcess, bucket: BucketModel) => BucketClient

/** The things that the processes of one run share, whatever the service is. */
export interface SharedEnvironment {
  readonly world: World
  readonly disk: SimDisk
  readonly service: {
    readonly history: RequestHistory
    /** By their IDs, in the order in which they were begun. */
    readonly uploads: ReadonlyMap<string, { readonly state: string }>
  }
  readonly table: ProcessTable
  readonly hosts: readonly Host[]
  readonly ledger: Ledger
  /** The kinds of faults that can occur in the run, also after they have ceased. */
  readonly kinds: ReadonlySet<FaultKind>
}

/** The things that the processes of one run of a vault share. */
export interface Environment extends SharedEnvironment {
  readonly service: ServiceModel
  readonly clientOf: ClientFactory
}

/** The things that the processes of one run of a bucket share. */
export interface BucketEnvironment extends SharedEnvironment {
  readonly service: BucketModel
  readonly clientOf: BucketClientFactory
  /** The contents of all sources, by the key of the stream. */
  readonly sources: Map<string, Content[]>
  /** The content of the source of each process that may overwrite objects, by its name. */
  readonly overwriting: Map<string, Content>
}
