/**
 * `rm VAULT ARCHIVE_ID…` and `empty VAULT`: delete archives, and record each deletion in the catalog.
 */
import { createInterface } from 'node:readline/promises'
import { archivesIn, deletedIn, mismatchedIn } from '../../../catalog/queries/archives.js'
import { isInSameVault } from '../../../catalog/vault-address.js'
import type { VaultClient } from '../../../client/vault-client.js'
import { Retry } from '../../../transfer/retry.js'
import { retrying } from '../../../client/retrying-client.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printNote } from '../../output/print.js'
import { type Connection, withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { openInventory } from '../inventory.js'
import { openCatalog } from '../open-catalog.js'
import type { RmOptions } from '../../commands/archives/rm.js'
import type { EmptyOptions } from '../../commands/vaults/empty.js'
import { planRemoval, removalLines } from './removal.js'

/** The service charges for an archive for at least this time (docs/glacier-protocol.md#costs). */
const MIN_CHARGED_DAYS = 90
const DAY_MS = 86_400_000
const DEFAULT_CONCURRENCY = 8

/** Runs `rm`: prints what it will delete, asks for confirmation, and deletes. */
export async function rm(
  vaultName: string,
  archiveIds: readonly string[],
  options: RmOptions,
  io: Io,
): Promise<void> {
  const file = catalogFileOf(options, io.env)
  const removals = await planRemoval(file, vaultName, archiveIds, options.volumes)
  if (!options.quiet || !options.yes) {
    for (const line of removalLines(removals)) printNote(io, line)
    for (const { record } of removals) if (record) warnOfEarlyDeletion(record.archiveId, record.time, io)
  }
  const count = removals.length === 1 ? 'the archive' : `${removals.length} archives`
  await confirm(`Delete ${count} from ${vaultName} permanently?`, options, io)
  const ids = removals.map(({ archiveId }) => archiveId)
  await withConnection(options, io, async (connection) => {
    await deleteAll(connection, connection.retryingClient, vaultName, ids, { ...options, concurrency: 1 }, io)
  })
}

/** Runs `empty`: deletes the archives in the inventory of the vault, and those that only the catalog has. */
export async function empty(vaultName: string, options: EmptyOptions, io: Io): Promise<void> {
  await confirm(`Delete every archive in ${vaultName} permanently?`, options, io)
  await withConnection(options, io, async (connection) => {
    const { client } = connection
    const retryingClient = retrying(
      client,
      new Retry({ retryFor: options.retryFor, clock: io.clock }, client),
    )
    const file = catalogFileOf(options, io.env)
    const here = { vaultName, ...(await connection.address()) }
    async function* archiveIds(): AsyncGenerator<string, void, undefined> {
      const done = await deletedIn(file)
      for await (const { archiveId } of openInventory(client, vaultName, options, io)) {
        if (!done.has(archiveId)) yield archiveId
        done.add(archiveId)
      }
      for await (const archive of archivesIn(file)) {
        if (isInSameVault(archive, here) && !done.has(archive.archiveId)) yield archive.archiveId
        done.add(archive.archiveId)
      }
      for (const archive of await mismatchedIn(file)) {
        if (isInSameVault(archive, here) && !done.has(archive.archiveId)) yield archive.archiveId
        done.add(archive.archiveId)
      }
    }
    await deleteAll(connection, retryingClient, vaultName, archiveIds(), options, io)
  })
  if (!options.quiet) {
    printNote(
      io,
      'To delete the vault too, wait about a day until its next inventory is empty, and then run: ' +
        `glacier-pipe vault rm ${vaultName}`,
    )
  }
}

/** Deletes archives, several at once. Each deletion is recorded at once, so that a later run continues after it. */
async function deleteAll(
  { address }: Connection,
  client: VaultClient,
  vaultName: string,
  archiveIds: AsyncIterable<string> | Iterable<string>,
  options: EmptyOptions,
  io: Io,
): Promise<void> {
  const { accountId, concurrency = DEFAULT_CONCURRENCY } = options
  const { signal } = io
  const location = await address()
  const catalog = await openCatalog(options, io)
  const inFlight = new Set<Promise<void>>()
  let count = 0
  const deleteOne = async (archiveId: string): Promise<void> => {
    await client.deleteArchive({ vaultName, accountId, archiveId, signal })
    const time = new Date().toISOString()
    await catalog.append({ type: 'deleted', time, ...location, accountId, vaultName, archiveId })
    count++
    if (!options.quiet && count % 100 === 0) printNote(io, `${count} archives have been deleted so far.`)
  }
  try {
    for await (const archiveId of archiveIds) {
      const deleting = deleteOne(archiveId).finally(() => inFlight.delete(deleting))
      deleting.catch(() => undefined) // thrown below
      inFlight.add(deleting)
      if (inFlight.size >= concurrency) await Promise.race(inFlight)
    }
    await Promise.all(inFlight)
  } finally {
    await Promise.allSettled(inFlight)
    await catalog.close()
  }
  if (!options.quiet) printNote(io, `${formatCount(count, 'archive')} deleted.`)
}

function warnOfEarlyDeletion(archiveId: string, time: string, io: Io): void {
  const until = Date.parse(time) + MIN_CHARGED_DAYS * DAY_MS
  if (until <= Date.now()) return
  const date = new Date(until).toISOString().slice(0, 10)
  printNote(
    io,
    `The archive ${archiveId} is charged for until ${date}, ${MIN_CHARGED_DAYS} days after it was stored, even if you delete it now.`,
  )
}

/**
 * Asks for confirmation at the terminal.
 *
 * @throws {UsageError} there is no terminal, and `--yes` was not given; or the answer is no
 */
async function confirm(question: string, { yes }: Pick<RmOptions, 'yes'>, io: Io): Promise<void> {
  if (yes) return
  if (!io.stdin.isTTY || !io.stderr.isTTY)
    throw new UsageError(
      'There is no terminal to ask for confirmation. Give --yes to delete without a question.',
    )
  const terminal = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = await terminal.question(`glacier-pipe: ${question} [y/N] `, { signal: io.signal })
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was deleted.')
  } finally {
    terminal.close()
  }
}
