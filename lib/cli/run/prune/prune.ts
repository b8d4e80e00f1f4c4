/** `prune VAULT`, `prune s3://BUCKET/PREFIX`: deletes the archives that a retention policy does not keep. */
import { LOCAL_CALENDAR } from '../../../retention/calendar.js'
import type { RetentionPolicy } from '../../../retention/retention-policy.js'
import { isS3Address } from '../../../s3/s3-address.js'
import { UsageError } from '../../command-errors.js'
import type { PruneOptions } from '../../commands/archives/prune.js'
import { nowMsOf, type Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { regionalPrices } from '../costs/regional-prices.js'
import { catalogFileOf } from '../data-folder.js'
import { namePattern } from '../name-pattern.js'
import { assertConfirmable, confirm } from '../rm/confirmation.js'
import { archivesOf, candidatesIn, type Candidates } from './candidates.js'
import { planPrune, type PlannedEntry, type PrunePlan } from './prune-plan.js'
import { entryJson, planLines } from './prune-text.js'
import { withPrunedBucket } from './pruned-bucket.js'
import { withPrunedVault } from './pruned-vault.js'

/** Runs `prune`: prints the plan, asks for confirmation, and deletes. With `--dry-run`, it only prints. */
export async function prune(operand: string, options: PruneOptions, io: Io): Promise<void> {
  const policy = policyOf(options)
  if (!options.dryRun) assertConfirmable(options, io)
  const isNamed = options.name === undefined ? () => true : namePattern(options.name)
  const prices = await regionalPrices(options)
  const withPlace = isS3Address(operand) ? withPrunedBucket : withPrunedVault
  await withPlace(operand, options, io, async ({ vault, has, deletePlanned }) => {
    const isConsidered = (name: string): boolean => has(name) && isNamed(name)
    const read = (): Promise<Candidates> => candidatesIn(catalogFileOf(options, io.env), vault, isConsidered)
    const candidates = await read()
    const nowMs = nowMsOf(io)
    const time = { nowMs, calendar: LOCAL_CALENDAR }
    const plan = planPrune(candidates, policy, time, options.now === true)
    await printPlan(plan, planLines({ candidates, plan, prices, nowMs }), options, io)
    const count = plan.deleted.length
    if (options.dryRun === true || count === 0) return
    await confirm(`Delete ${formatCount(count, 'archive')} from ${operand} permanently?`, options, io)
    // Another process may have deleted what the plan keeps, while the question was open.
    if (!options.yes) assertStillDeleted(plan, planPrune(await read(), policy, time, options.now === true))
    await deletePlanned(plan)
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
