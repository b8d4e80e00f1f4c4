/** `inventory VAULT`: lists the archives in the last inventory of a vault. */
import { inventory as readInventory } from '../../vault/inventory.js'
import type { InventoryReader } from '../../inventory/inventory-reader.js'
import type { InventoryRow } from '../../inventory/inventory-row.js'
import { nameOf } from '../../glacier/archive-name.js'
import type { VaultClient } from '../../client/vault-client.js'
import { nowMsOf, type Io } from '../io.js'
import { dateOf, type GivenDate } from '../options/values/date.js'
import type { DateOptions, InventoryReadOptions } from '../options/inventory-options.js'
import { asUsageError } from '../options/option-names.js'
import { formatSize } from '../output/format.js'
import { printLines } from '../output/print.js'
import { INVENTORY } from '../output/progress/operation.js'
import { Progress } from '../output/progress/progress.js'
import { noteTopic } from '../output/topic-note.js'
import { followRetries } from '../output/retry-notes.js'
import type { InventoryOptions } from '../commands/vaults/inventory.js'
import { withConnection } from './connection.js'

/** The number of rows that are printed together. */
const BLOCK_SIZE = 200

/** Runs `inventory`: prints rows as a table, with `--csv` as CSV, or with `--json` as lines of JSON. */
export async function inventory(vaultName: string, options: InventoryOptions, io: Io): Promise<void> {
  await withConnection(options, io, async ({ client }) => {
    const rows = openInventory(client, vaultName, options, io)
    await printLines(io, lines(rows, options))
  })
}

/** The rows of the inventory of a vault. Notes on stderr say what is waited for. */
export function openInventory(
  client: VaultClient,
  vaultName: string,
  options: InventoryReadOptions & DateOptions,
  io: Io,
): InventoryReader {
  const { accountId, job: jobId, retryFor, snsTopic } = options
  const startDate = options.since && serviceDate(options.since, io)
  const endDate = options.before && serviceDate(options.before, io)
  const { signal, clock } = io
  const reader = asUsageError(() =>
    readInventory({
      client,
      vaultName,
      accountId,
      jobId,
      snsTopic,
      retryFor,
      startDate,
      endDate,
      signal,
      clock,
    }),
  )
  const progress = new Progress(io, options, INVENTORY)
  const note = (line: string): void => {
    progress.note(line)
  }
  reader.on('error', () => undefined) // it may be stopped before its rows are read, which then reports the error
  reader.on('job', (id, isFound) => {
    const found = isFound ? 'Found the' : 'Started the'
    note(
      jobId === undefined
        ? `${found} inventory job ${id}. Waiting for it.`
        : `Waiting for the inventory job ${id}.`,
    )
  })
  reader.on('waiting', (job) => {
    noteTopic(job, snsTopic, note)
    progress.waiting(job)
  })
  reader.on('ready', (job) => {
    progress.ready(job)
  })
  reader.on('close', () => {
    progress.end(reader.errored ? undefined : 'success')
  })
  followRetries(reader, note)
  return reader
}

/** A date in ISO 8601 to the second, as the service takes it. */
function serviceDate(given: GivenDate, io: Io): string {
  return dateOf(given, nowMsOf(io))
    .toISOString()
    .replace(/\.\d{3}Z$/, 'Z')
}

async function* lines(
  rows: AsyncIterable<InventoryRow>,
  options: InventoryOptions,
): AsyncGenerator<string[], void, undefined> {
  let block = options.csv ? ['archiveId,name,creationDate,size,treeHash,description'] : []
  for await (const row of rows) {
    block.push(lineOf(row, options))
    if (block.length < BLOCK_SIZE) continue
    yield block
    block = []
  }
  yield block
}

function lineOf(row: InventoryRow, { json, csv }: InventoryOptions): string {
  const name = nameOf(row.description)
  if (json) return JSON.stringify({ ...row, name })
  if (csv) return csvOf(row, name)
  return [row.creationDate, formatSize(row.size).padStart(10), row.archiveId, name].join('  ').trimEnd()
}

/** A row of CSV as in RFC 4180. */
function csvOf({ archiveId, creationDate, size, treeHash, description }: InventoryRow, name: string): string {
  return [archiveId, name, creationDate, String(size), treeHash, description]
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(',')
}
