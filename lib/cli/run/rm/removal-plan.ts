/** The output of `rm --dry-run`. */
import type { RmOptions } from '../../commands/archives/rm.js'
import { nowMsOf, type Io } from '../../io.js'
import { costJson, formatCost } from '../../output/cost-text.js'
import { formatCount, formatSize } from '../../output/format.js'
import { printData, printJson } from '../../output/print.js'
import type { RegionalPrices } from '../costs/regional-prices.js'
import { earlyDeletionCost, earlyDeletionLines } from './early-deletion.js'
import { archiveOf, removalLines, type Removal } from './removal.js'

/** Prints what would be deleted, its size, and what the early deletion costs. */
export async function printRemovalPlan(
  removals: readonly Removal[],
  prices: RegionalPrices,
  { json }: RmOptions,
  io: Io,
): Promise<void> {
  const nowMs = nowMsOf(io)
  const archives = removals.map(archiveOf)
  const cost = earlyDeletionCost(archives, nowMs, prices)
  const size = archives.reduce((sum, archive) => sum + (archive.size ?? 0), 0)
  if (json) {
    const shown = removals.map(({ archiveId, record }) => ({ ...record, archiveId }))
    await printJson(io, { archives: shown, size, earlyDeletion: costJson(cost) })
    return
  }
  const isUnknown = archives.some((archive) => archive.size === undefined)
  const total = `${isUnknown ? 'at least ' : ''}${formatSize(size)}`
  const charges = earlyDeletionLines(archives, nowMs, prices)
  const lines = [
    ...removalLines(removals),
    `${formatCount(removals.length, 'archive')}, ${total}. Nothing is deleted.`,
    ...(charges.length > 0 ? charges : [`Early deletion: ${formatCost(cost)}.`]),
  ]
  for (const line of lines) await printData(io, line)
}
