/** The costs each month of the archives of `ls`, for `--cost`. */
import { archivesOfSet } from '../../../catalog/queries/sets.js'
import { storageCostPerMonth } from '../../../costs/storage-costs.js'
import { sumOf, type Cost } from '../../../costs/cost.js'
import type { LsOptions } from '../../commands/archives/ls.js'
import { costJson, formatCost, isUnknown } from '../../output/cost-text.js'
import { costByRegion, priceNote, type PlacedArchive } from '../costs/archive-costs.js'
import { regionalPrices } from '../costs/regional-prices.js'
import type { LsRow, TableRow } from './ls-row.js'

/** The costs of rows. */
export interface LsCosts {
  /** The cost of a row each month, as `US$0.0004`; `-` for an archive that may exist. */
  readonly cellOf: (row: TableRow) => string
  /** A line of JSON with the cost added to it. */
  readonly withCost: (row: LsRow, json: string) => string
  /** The sentence about all rows. */
  readonly total: string
}

/**
 * Computes the costs of rows.
 *
 * @throws as {@link regionalPrices}
 */
export async function costsOfRows(rows: readonly LsRow[], options: LsOptions): Promise<LsCosts> {
  const prices = await regionalPrices(options)
  const costs = new Map<TableRow, Cost>()
  for (const row of rows) {
    const archives = archivesOf(row)
    if (archives.length > 0) costs.set(row, costByRegion(archives, prices, storageCostPerMonth))
  }
  const total = sumOf([...costs.values()])
  const sentence = isUnknown(total)
    ? 'The monthly cost of the storage is unknown.'
    : `The storage costs ${formatCost(total)} a month.`
  const note = priceNote([...costs.keys()], prices)
  return {
    cellOf: (row) => {
      const cost = costs.get(row)
      return cost ? formatCost(cost) : '-'
    },
    withCost: (row, json) => {
      const cost = costs.get(row)
      return cost ? `${json.slice(0, -1)},"costPerMonth":${JSON.stringify(costJson(cost))}}` : json
    },
    total: `${sentence} ${note}`.trimEnd(),
  }
}

/** The archives that are charged for. Whether one that may exist is among them is not known. */
function archivesOf({ entry }: LsRow): readonly PlacedArchive[] {
  if (entry.type === 'possible') return []
  return entry.type === 'set' ? archivesOfSet(entry.set) : [entry]
}
