/** Retrieves the inventory of a vault. */
import { InventoryReader } from '../inventory/inventory-reader.js'
import { checkOptions } from '../options/check-options.js'
import { runtimeWith } from '../runtime/runtime.js'
import type { InventoryOptions } from './retrieval-options.js'
import { storeOf } from './vault-store.js'
import { INVENTORY } from './retrieval-rules.js'

/**
 * Makes a Readable, in object mode, of the rows of a vault's inventory: {@link InventoryRow}. A million rows take no more
 * memory than a few. The job is found or started with the first read. A new job takes hours.
 *
 * The stream fails with `ERR_NOT_FOUND` if the service has not taken an inventory of the vault yet. It takes the first
 * one within about a day of the first upload.
 *
 * @throws {TypeError} an unknown or missing option, or an option of the wrong type
 * @throws {RangeError} an option out of range
 *
 * @example
 * ```ts
 * for await (const { archiveId, size, description } of inventory({ client, vaultName: 'backups' })) {
 *   console.log(archiveId, size, decodeDescription(description))
 * }
 * ```
 */
export function inventory(options: InventoryOptions): InventoryReader {
  const checked = checkOptions('inventory', options, INVENTORY)
  const { format = 'JSON', startDate, endDate, jobId, snsTopic, poll, retryFor, signal, clock } = checked
  const selection = { format, startDate, endDate }
  return new InventoryReader({
    store: storeOf(checked),
    runtime: runtimeWith(clock),
    selection,
    jobId,
    snsTopic,
    poll,
    retryFor,
    signal,
  })
}
