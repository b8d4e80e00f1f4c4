/** The facts that `empty` states about a vault before it deletes everything: from the catalog and the last inventory. */
import { archivesIn, mismatchedIn } from '../../../catalog/queries/archives.js'
import { isInPlace, type VaultPlace } from '../../../catalog/queries/stored-entries.js'
import type { DescribingRecord } from '../../../catalog/queries/survey.js'
import type { ServiceAddress, VaultAddress } from '../../../catalog/vault-address.js'
import type { Vault } from '../../../client/vault-client.js'
import { ARCHIVE_OVERHEAD_BYTES } from '../../../costs/billing-rules.js'
import { AccessDeniedError } from '../../../errors.js'
import type { Io } from '../../io.js'
import { costJson, formatCost } from '../../output/cost-text.js'
import { formatCount, formatSize } from '../../output/format.js'
import type { Connection } from '../connection.js'
import { priceNote, type PlacedArchive } from '../costs/archive-costs.js'
import type { RegionalPrices } from '../costs/regional-prices.js'
import { assertOneAccount } from '../select/one-account.js'
import { earlyDeletionCost } from './early-deletion.js'

/** The vault that is emptied. */
export interface EmptiedVault extends VaultPlace {
  readonly address: ServiceAddress
}

/** The archives of a vault. */
export interface VaultContent {
  readonly address: VaultAddress
  /** The archives that the catalog has, and one of unknown size if the inventory has more. */
  readonly archives: readonly PlacedArchive[]
  /** The number of archives in the catalog. */
  readonly inCatalog: number
  /** The state of the vault at the service; `undefined` if the account may not read it. */
  readonly vault: Vault | undefined
}

/**
 * Reads the archives that a catalog has of a vault.
 *
 * @throws {UsageError} the account is not known, and the catalog has vaults of this name in several accounts
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function catalogArchivesIn(file: string, here: EmptiedVault): Promise<DescribingRecord[]> {
  const found: DescribingRecord[] = []
  for await (const archive of archivesIn(file)) if (isInPlace(archive, here)) found.push(archive)
  found.push(...(await mismatchedIn(file)).filter((archive) => isInPlace(archive, here)))
  assertOneAccount(found, here)
  return found
}

/**
 * Reads what a vault has.
 *
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 * @throws {NotFoundError} `ERR_NOT_FOUND`: there is no such vault
 */
export async function contentOf(
  file: string,
  here: EmptiedVault,
  { retryingClient }: Pick<Connection, 'retryingClient'>,
  { accountId }: { readonly accountId?: string },
  { signal }: Io,
): Promise<VaultContent> {
  const { vaultName } = here
  const address = { ...here.address, vaultName }
  const vault = await retryingClient
    .describeVault({ vaultName, accountId, signal })
    .catch((error: unknown) => {
      if (error instanceof AccessDeniedError) return undefined // a policy may allow deletions and deny this
      throw error
    })
  const archives: PlacedArchive[] = await catalogArchivesIn(file, here)
  const inCatalog = archives.length
  const isMore = inCatalog < (vault?.archiveCount ?? 0)
  if (isMore) archives.push({ ...address, size: undefined, time: undefined })
  return { address, archives, inCatalog, vault }
}

/** The lines that state the number of archives, their size, and the cost of their early deletion. */
export function contentLines(content: VaultContent, nowMs: number, prices: RegionalPrices): string[] {
  const { address, archives, inCatalog, vault } = content
  const lines = [
    `The catalog has ${formatCount(inCatalog, 'archive')} of the vault ${address.vaultName}, ` +
      `${formatSize(sizeInCatalog(content))} in total.`,
  ]
  if (
    vault?.archiveCount !== undefined &&
    vault.size !== undefined &&
    vault.lastInventoryDate !== undefined
  ) {
    const size = vault.size - vault.archiveCount * ARCHIVE_OVERHEAD_BYTES
    lines.push(
      `The inventory of ${vault.lastInventoryDate} has ${formatCount(vault.archiveCount, 'archive')}, ` +
        `${formatSize(size)} in total.`,
    )
  }
  const cost = formatCost(earlyDeletionCost(archives, nowMs, prices))
  lines.push(`Early deletion, before an archive is 90 days old: ${cost}. ${priceNote([address], prices)}`)
  return lines
}

/** The same facts in JSON. */
export function contentJson(content: VaultContent, nowMs: number, prices: RegionalPrices): object {
  const { address, archives, inCatalog, vault } = content
  return {
    vaultName: address.vaultName,
    archives: inCatalog,
    size: sizeInCatalog(content),
    inventory: vault && {
      date: vault.lastInventoryDate,
      archives: vault.archiveCount,
      sizeWithOverhead: vault.size,
    },
    earlyDeletion: costJson(earlyDeletionCost(archives, nowMs, prices)),
  }
}

function sizeInCatalog({ archives }: VaultContent): number {
  return archives.reduce((sum, { size = 0 }) => sum + size, 0)
}
