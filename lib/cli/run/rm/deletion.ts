/**
 * `rm VAULT ARCHIVE_ID…` and `empty VAULT`: archives deleted, several at once, each recorded in the catalog.
 */
import { createInterface } from 'node:readline/promises'
import { archivesIn, deletedIn, mismatchedIn } from '../../../catalog/archives.js'
import { Catalog } from '../../../catalog/catalog.js'
import { isAt } from '../../../catalog/record.js'
import type { VaultClient } from '../../../client/vault-client.js'
import { Retry } from '../../../transfer/retry.js'
import { retrying } from '../../../client/retrying-client.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { printNote } from '../../output/print.js'
import { type Connection, withConnection } from '../connection.js'
import { catalogFileOf } from '../data-folder.js'
import { openInventory } from '../inventory.js'
import type { RmOptions } from '../../commands/rm.js'
import type { EmptyOptions } from '../../commands/empty.js'
import { planRemoval, removalLines } from './removal.js'

/** Days for which an archive is charged for, even where it is deleted sooner (docs/glacier-protocol.md#costs). */
const MINIMUM_DAYS = 90
const DAY = 86_400_000
const DEFAULT_CONCURRENCY = 8

/** Runs `rm`: says what it will delete, asks, and deletes. */
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
  await confirm(`Delete ${count} from ${vaultName} for ever?`, options, io)
  const ids = removals.map(({ archiveId }) => archiveId)
  await withConnection(options, io, async (connection) => {
    await deleteAll(connection, connection.retryingClient, vaultName, ids, { ...options, concurrency: 1 }, io)
  })
}

/** Runs `empty`: deletes what an inventory of the vault has, and what the catalog knows besides. */
export async function empty(vaultName: string, options: EmptyOptions, io: Io): Promise<void> {
  await confirm(`Delete every archive in ${vaultName} for ever?`, options, io)
  await withConnection(options, io, async (connection) => {
    const { client } = connection
    const patient = retrying(client, new Retry({ retryFor: options.retryFor, clock: io.clock }, client))
    const file = catalogFileOf(options, io.env)
    const here = { vaultName, ...(await connection.place()) }
    async function* archiveIds(): AsyncGenerator<string, void, undefined> {
      const done = await deletedIn(file)
      for await (const { archiveId } of openInventory(client, vaultName, options, io)) {
        if (!done.has(archiveId)) yield archiveId
        done.add(archiveId)
      }
      for await (const archive of archivesIn(file)) {
        if (isAt(archive, here) && !done.has(archive.archiveId)) yield archive.archiveId
        done.add(archive.archiveId)
      }
      for (const archive of await mismatchedIn(file)) {
        if (isAt(archive, here) && !done.has(archive.archiveId)) yield archive.archiveId
        done.add(archive.archiveId)
      }
    }
    await deleteAll(connection, patient, vaultName, archiveIds(), options, io)
  })
  if (!options.quiet) {
    printNote(
      io,
      'To delete the vault too, wait until its next inventory, which is taken within a day or so, has found it empty. ' +
        `Then: glacier-pipe vault rm ${vaultName}`,
    )
  }
}

/** Deletes archives, several at once; each is in the catalog when it is done, so that it can be gone on with. */
async function deleteAll(
  { place }: Connection,
  client: VaultClient,
  vaultName: string,
  archiveIds: AsyncIterable<string> | Iterable<string>,
  options: EmptyOptions,
  io: Io,
): Promise<void> {
  const { accountId, concurrency = DEFAULT_CONCURRENCY } = options
  const { signal } = io
  const where = await place()
  const catalog = await Catalog.open(catalogFileOf(options, io.env))
  const underWay = new Set<Promise<void>>()
  let count = 0
  const deleteOne = async (archiveId: string): Promise<void> => {
    await client.deleteArchive({ vaultName, accountId, archiveId, signal })
    const time = new Date().toISOString()
    await catalog.append({ type: 'deleted', time, ...where, accountId, vaultName, archiveId })
    count++
    if (!options.quiet && count % 100 === 0) printNote(io, `${count} archives are deleted.`)
  }
  try {
    for await (const archiveId of archiveIds) {
      const deleting = deleteOne(archiveId).finally(() => underWay.delete(deleting))
      deleting.catch(() => undefined) // told below
      underWay.add(deleting)
      if (underWay.size >= concurrency) await Promise.race(underWay)
    }
    await Promise.all(underWay)
  } finally {
    await Promise.allSettled(underWay)
    await catalog.close()
  }
  if (!options.quiet) printNote(io, `${count} ${count === 1 ? 'archive is' : 'archives are'} deleted.`)
}

function warnOfEarlyDeletion(archiveId: string, time: string, io: Io): void {
  const until = Date.parse(time) + MINIMUM_DAYS * DAY
  if (until <= Date.now()) return
  const date = new Date(until).toISOString().slice(0, 10)
  printNote(
    io,
    `The archive ${archiveId} is charged for until ${date}, ${MINIMUM_DAYS} days after it was stored, even if it is deleted now.`,
  )
}

/**
 * Asks whoever sits at the terminal.
 *
 * @throws {UsageError} nobody sits there, and `--yes` was not given; or the answer is no
 */
async function confirm(question: string, { yes }: Pick<RmOptions, 'yes'>, io: Io): Promise<void> {
  if (yes) return
  if (!io.stdin.isTTY || !io.stderr.isTTY)
    throw new UsageError('There is no terminal to ask at: give --yes where it is meant.')
  const asking = createInterface({ input: io.stdin, output: io.stderr })
  try {
    const answer = await asking.question(`glacier-pipe: ${question} [y/N] `, { signal: io.signal })
    if (!/^y(es)?$/i.test(answer.trim())) throw new UsageError('Nothing was deleted.')
  } finally {
    asking.close()
  }
}
