/** `prune VAULT`: deletes the archives that a retention policy does not keep. */
import { retrying } from '../../../client/retrying-client.js'
import type { Deletion } from '../../../deletion/delete-archives.js'
import { ConnectionError, CredentialsError, ServiceError } from '../../../errors.js'
import { LOCAL_CALENDAR } from '../../../retention/calendar.js'
import type { RetentionPolicy } from '../../../retention/retention-policy.js'
import { Retry } from '../../../transfer/retry.js'
import { ReportedError, UsageError } from '../../command-errors.js'
import type { PruneOptions } from '../../commands/archives/prune.js'
import { nowMsOf, type Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { withConnection, type Connection } from '../connection.js'
import { regionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { namePattern } from '../name-pattern.js'
import { assertConfirmable, confirm } from '../rm/confirmation.js'
import { deleteAndPrint } from '../rm/delete-archives.js'
import { archivesOf, candidatesIn } from './candidates.js'
import { planPrune, type PlannedEntry, type PrunePlan } from './prune-plan.js'
import { entryJson, planLines } from './prune-text.js'

/** Runs `prune`: prints the plan, asks for confirmation, and deletes. With `--dry-run`, it only prints. */
export async function prune(vaultName: string, options: PruneOptions, io: Io): Promise<void> {
  const policy = policyOf(options)
  if (!options.dryRun) assertConfirmable(options, io)
  const isNamed = options.name === undefined ? () => true : namePattern(options.name)
  const prices = await regionalPrices(options)
  await withConnection(options, io, async (connection) => {
    const accountId = await connection.account(vaultName)
    const vault = { ...(await connection.address()), vaultName, accountId }
    const candidates = await candidatesIn(catalogFileOf(options, io.env), vault, isNamed)
    const nowMs = nowMsOf(io)
    const time = { nowMs, calendar: LOCAL_CALENDAR }
    const plan = planPrune(candidates, policy, time, options.now === true)
    await printPlan(plan, planLines({ candidates, plan, prices, nowMs }), options, io)
    const count = plan.deleted.length
    if (options.dryRun === true || count === 0) return
    await confirm(`Delete ${formatCount(count, 'archive')} from ${vaultName} permanently?`, options, io)
    if (!options.yes) {
      // Another process may have deleted what the plan keeps, while the question was open.
      const now = await candidatesIn(catalogFileOf(options, io.env), vault, isNamed)
      assertStillDeleted(plan, planPrune(now, policy, time, options.now === true))
    }
    await deletePlanned(plan.deleted, vaultName, connection, options, io)
  })
}

/** @throws {UsageError} the catalog has changed, so that an archive of the first plan is no longer deleted */
function assertStillDeleted(plan: PrunePlan, now: PrunePlan): void {
  const textOf = ({ entry }: PlannedEntry): string =>
    archivesOf(entry)
      .map(({ archiveId }) => archiveId)
      .join()
  const deleted = new Set(now.deleted.map(textOf))
  if (!plan.deleted.every((entry) => deleted.has(textOf(entry))))
    throw new UsageError(
      'The catalog was changed since the question, and this plan no longer holds. Nothing was deleted. Run the command again.',
    )
}

/** @throws {UsageError} no rule: everything would be deleted */
function policyOf(options: PruneOptions): RetentionPolicy {
  const { keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin } = options
  const rules = [keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepWithin]
  if (rules.every((rule) => rule === undefined))
    throw new UsageError(
      'Give at least one of --keep-last, --keep-daily, --keep-weekly, --keep-monthly, --keep-yearly and --keep-within: ' +
        'without them, everything would be deleted.',
    )
  return {
    last: keepLast,
    daily: keepDaily,
    weekly: keepWeekly,
    monthly: keepMonthly,
    yearly: keepYearly,
    within: keepWithin,
  }
}

async function printPlan(
  plan: PrunePlan,
  lines: readonly string[],
  { json, dryRun, quiet, yes }: PruneOptions,
  io: Io,
): Promise<void> {
  const begun = plan.deleted.filter(({ action }) => action === 'complete')
  if (json)
    for (const entry of [...begun, ...plan.groups.flatMap(({ entries }) => entries)])
      await printJson(io, entryJson(entry))
  else if (dryRun) for (const line of lines) await printData(io, line)
  else if (!quiet || !yes) for (const line of lines) printNote(io, line)
}

/**
 * Deletes the archives of each entry, the last volume first. An entry that fails does not stop the others, unless the
 * failure concerns all of them.
 *
 * @throws {ReportedError} some could not be deleted
 */
async function deletePlanned(
  entries: readonly PlannedEntry[],
  vaultName: string,
  connection: Connection,
  options: PruneOptions,
  io: Io,
): Promise<void> {
  const { client: single } = connection
  const client = retrying(single, new Retry({ retryFor: options.retryFor, clock: io.clock }, single))
  let failed = 0
  const onFailure = (error: unknown, group: readonly Deletion[]): boolean => {
    if (!isOfOneArchive(error)) return false
    failed++
    printNote(io, `The archive ${group.at(-1)?.archiveId} is not deleted: ${error.message}`)
    return true
  }
  await deleteAndPrint(entries.map(deletionsOf), { connection, client, vaultName, options, onFailure }, io)
  if (failed === 0) return
  printNote(io, `${formatCount(failed, 'archive')} could not be deleted. The same command tries again.`)
  throw new ReportedError()
}

function deletionsOf({ entry }: PlannedEntry): Deletion[] {
  return [...archivesOf(entry)].sort((a, b) => b.volume - a.volume)
}

/** Whether a failure is that of one archive: the service refused its deletion. */
function isOfOneArchive(error: unknown): error is ServiceError {
  if (error instanceof CredentialsError || error instanceof ConnectionError) return false
  return error instanceof ServiceError && error.reason !== 'vault-not-found'
}
