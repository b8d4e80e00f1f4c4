/** The plan of the restores of a `get`, for `--dry-run`, and the notes before they start. */
import type { ByteRange } from '../../../../byte-range.js'
import { DEFAULT_MEMORY, MIN_PIECES } from '../../../../transfer/memory-plan.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { Io } from '../../../io.js'
import { costJson } from '../../../output/cost-text.js'
import { formatSize } from '../../../output/format.js'
import { printData, printJson, printNote } from '../../../output/print.js'
import type { Place } from '../../costs/archive-costs.js'
import type { FoundObject } from '../../objects/find-objects.js'
import { isCostNoted } from '../retrieval-cost.js'
import { neededIn, partSizeOf, restoreNeedOf, type ObjectRead, type RestoreNeed } from './object-reads.js'
import { restoreCostOf, restoreCostSentence } from './restore-cost.js'
import type { PlannedRestores } from './restore-words.js'

/** The words about each {@link RestoreNeed}. */
const NEEDS: Readonly<Record<RestoreNeed, string>> = {
  needed: 'must be restored',
  running: 'is being restored already',
  restored: 'has a restored copy',
  none: 'can be read at once',
}

/** Prints the objects that are read, those that are restored, and the cost. Nothing is started. */
export async function printRestorePlan(
  reads: readonly ObjectRead[],
  restores: Pick<PlannedRestores, 'days' | 'tier'>,
  place: Place,
  options: Pick<GetOptions, 'json' | 'prices'>,
  io: Io,
): Promise<void> {
  const { tier, days } = restores
  const cost = await restoreCostOf(reads, restores, place, options)
  if (options.json) {
    await printJson(io, { jobs: reads.map(rowOf), tier, days, cost: costJson(cost.total) })
    return
  }
  for (const read of reads) {
    const { size, archiveId, range, storageClass, restore } = rowOf(read)
    const bytes = range ? `  bytes ${range.start}-${range.end - 1}` : ''
    await printData(
      io,
      `${formatSize(size).padStart(10)}  ${archiveId}${bytes}  ${storageClass}: ${NEEDS[restore]}`,
    )
  }
  await printData(io, `${restoreCostSentence(cost)} Nothing is started.`)
}

function rowOf({ object: { archiveId, facts }, bytes, range }: ObjectRead): {
  readonly archiveId: string
  readonly size: number
  readonly range: ByteRange | undefined
  readonly storageClass: string
  readonly restore: RestoreNeed
} {
  return {
    archiveId,
    size: bytes,
    range,
    storageClass: facts.storageClass,
    restore: restoreNeedOf(facts),
  }
}

/** Prints what restores cost, before they are started: on a terminal, for a bucket at AWS. */
export async function noteRestoreCost(
  reads: readonly ObjectRead[],
  restores: Pick<PlannedRestores, 'days' | 'tier'>,
  place: Place,
  options: Pick<GetOptions, 'quiet' | 'prices'>,
  io: Io,
): Promise<void> {
  if (neededIn(reads).length === 0 || !isCostNoted(place, options, io)) return
  printNote(io, restoreCostSentence(await restoreCostOf(reads, restores, place, options)))
}

/** The note about the memory that the parts of the objects take, if it is more than the default; `undefined` otherwise. */
export function memoryNote(
  objects: readonly FoundObject[],
  { memory }: Pick<GetOptions, 'memory'>,
): string | undefined {
  const largest = Math.max(...objects.map(({ facts }) => partSizeOf(facts)))
  const held = MIN_PIECES * largest
  if (memory !== undefined || !(held > DEFAULT_MEMORY)) return undefined
  return `Parts of ${formatSize(largest)} take up to ${formatSize(held)} of memory; the default is at most ${formatSize(DEFAULT_MEMORY)}.`
}
