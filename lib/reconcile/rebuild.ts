/**
 * Rebuilds a catalog from an inventory of its vault: adds archives that only the vault has, records the outcome of uploads
 * and requests whose outcome was unknown, and settles conflicts between tree hashes.
 *
 * The catalog is read once, before the first row. An archive that another process records meanwhile may get a
 * second record, which states the same.
 */
import type { Catalog } from '../catalog/catalog.js'
import { deletedIn } from '../catalog/queries/archives.js'
import { conflictsIn, type CatalogConflict } from '../catalog/queries/conflicts.js'
import { unsettledIn } from '../catalog/queries/unsettled-records.js'
import { readBlocks } from '../catalog/read-catalog.js'
import type { ArchiveRecord } from '../catalog/record.js'
import type { VaultAddress } from '../catalog/vault-address.js'
import type { InventoryRow } from '../inventory/inventory-row.js'
import type { FileSystem } from '../runtime/file-system.js'
import { systemFiles } from '../runtime/system-files.js'
import { Reconciler, recordOfRow } from './reconciler.js'

/** The number of records that are written to disk together. */
const BATCH_SIZE = 1000

/** A catalog to rebuild, and the inventory. */
export interface RebuildTask {
  readonly catalog: Catalog
  /** The archives in the inventory of the vault. */
  readonly rows: AsyncIterable<InventoryRow>
  readonly vault: VaultAddress
  /** The account for the records, as it was given; `undefined` if it is not known. */
  readonly accountId: string | undefined
  /** The disk on which the catalog lies; default that of the machine. */
  readonly files?: FileSystem | undefined
}

/** The result of {@link rebuild}: numbers of archives, and the conflicts that are not settled. */
export interface Rebuilt {
  /** Archives in the inventory. */
  readonly inventory: number
  /** Archives that were added to the catalog. */
  readonly added: number
  /** Of those that were added, archives whose outcome was unknown. */
  readonly reconciled: number
  /** Archives that had different tree hashes in the catalog. */
  readonly settled: number
  /** The conflicts about archives that the inventory does not have. */
  readonly conflicts: readonly CatalogConflict[]
}

/**
 * Rebuilds a catalog.
 *
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read or written
 * @throws the error of the rows. What was read before it may be recorded
 */
export async function rebuild(task: RebuildTask): Promise<Rebuilt> {
  const { catalog, rows } = task
  const comparison = await Comparison.of(task)
  let batch: ArchiveRecord[] = []
  for await (const row of rows) {
    const record = comparison.recordFor(row)
    if (record) batch.push(record)
    if (batch.length < BATCH_SIZE) continue
    await catalog.append(...batch)
    batch = []
  }
  await catalog.append(...batch)
  return comparison.result
}

/** The facts of a catalog that rows are compared with. */
class Comparison {
  readonly #vault: VaultAddress
  readonly #accountId: string | undefined
  /** The IDs that get no record. */
  readonly #known: Set<string>
  readonly #conflicts: Map<string, CatalogConflict>
  readonly #reconciler: Reconciler
  readonly #counts = { inventory: 0, added: 0, reconciled: 0, settled: 0 }

  private constructor(
    { vault, accountId }: RebuildTask,
    known: Set<string>,
    conflicts: readonly CatalogConflict[],
    reconciler: Reconciler,
  ) {
    this.#vault = vault
    this.#accountId = accountId
    this.#known = known
    this.#conflicts = new Map(conflicts.map((conflict) => [conflict.archiveId, conflict]))
    this.#reconciler = reconciler
  }

  static async of(task: RebuildTask): Promise<Comparison> {
    const { catalog, vault, files = systemFiles } = task
    const { path } = catalog
    const known = await knownIds(path, files)
    const conflicts = await conflictsIn(path, files)
    const reconciler = new Reconciler((await unsettledIn(path, files)).possible(), vault)
    return new Comparison(task, known, conflicts, reconciler)
  }

  get result(): Rebuilt {
    return { ...this.#counts, conflicts: [...this.#conflicts.values()] }
  }

  /** The record that a row adds to the catalog; `undefined` if the catalog has the archive. */
  recordFor(row: InventoryRow): ArchiveRecord | undefined {
    const { archiveId } = row
    this.#counts.inventory++
    const record = recordOfRow(row, this.#vault, this.#accountId)
    const conflict = this.#conflicts.get(archiveId)
    if (conflict) {
      this.#conflicts.delete(archiveId)
      this.#counts.settled++
      return settlingRecord(record, conflict)
    }
    if (this.#known.has(archiveId)) return undefined
    this.#known.add(archiveId)
    this.#counts.added++
    const possible = this.#reconciler.take(row)
    if (possible) this.#counts.reconciled++
    const { accountId, volume, firstVolume } = record
    const origin = { ...possible?.origin, volume, firstVolume }
    return { ...record, ...origin, accountId: origin.accountId ?? accountId }
  }
}

/** The record of the service, with the other fields of the catalog's record that has the same tree hash. */
function settlingRecord(record: ArchiveRecord, { records }: CatalogConflict): ArchiveRecord {
  const same = records.find(
    (other): other is ArchiveRecord => other.type === 'archive' && other.treeHash === record.treeHash,
  )
  return { ...record, ...same, settles: true }
}

/**
 * The IDs of all archives in the catalog, including deleted archives and those with a wrong tree hash. An archive with a
 * wrong tree hash must not be added: `ls` would show it as correct.
 */
async function knownIds(file: string, files: FileSystem): Promise<Set<string>> {
  const ids = await deletedIn(file, files)
  for await (const records of readBlocks(file, { types: ['archive', 'mismatched'] }, files))
    for (const { archiveId } of records) ids.add(archiveId)
  return ids
}
