/** The table that `ls` prints. */
import { DAY_MS, freeDeletionTime } from '../../../costs/billing-rules.js'
import { formatAge, formatCount, formatSize, formatTime } from '../../output/format.js'
import { printable } from '../../output/printable.js'
import { tableLines, type Column } from '../../output/table/table.js'
import type { TableRow } from './ls-row.js'

/** The width, the IDs and the columns of the table. */
export interface LsLayout {
  /** The width of the terminal; `undefined` without one. */
  readonly maxWidth: number | undefined
  /** The short IDs; `undefined` if IDs and times are shown in full. */
  readonly shortIds: ReadonlyMap<string, string> | undefined
  /** Whether the vault is shown. */
  readonly hasVault: boolean
  /** The time of day, in milliseconds since 1970. */
  readonly nowMs: number
  /** The cost of a row each month; `undefined` if it is not shown. */
  readonly costOf?: ((row: TableRow) => string) | undefined
}

/** Makes the lines of the table. Regions and endpoints are shown if they differ. */
export function lsTable(
  rows: readonly TableRow[],
  { maxWidth, shortIds, hasVault, nowMs, costOf }: LsLayout,
): readonly string[] {
  if (rows.length === 0) return []
  const columns: Column[] = [
    { title: 'NAME', cells: rows.map(nameCell), cut: { at: 'middle', minWidth: 8 } },
    { title: 'SIZE', cells: rows.map(({ size }) => sizeCell(size)), align: 'right', rank: 7 },
    {
      title: 'STORED',
      cells: rows.map(({ time }) => (shortIds ? formatTime(time) : time)),
      rank: 6,
    },
    { title: 'AGE', cells: rows.map(({ time }) => formatAge(nowMs - Date.parse(time))), rank: 4 },
    { title: 'DELETION', cells: rows.map((row) => freeCell(row, nowMs)), rank: 3 },
    { title: 'COST A MONTH', cells: costOf ? rows.map(costOf) : [], align: 'right' },
    { title: 'ID', cells: rows.map(({ id = '' }) => shortIds?.get(id) ?? id) },
    { title: 'VAULT', cells: hasVault ? rows.map((row) => row.vaultName) : [], rank: 5 },
    { title: 'REGION', cells: ifDiffering(rows.map(({ region }) => region)), rank: 2 },
    { title: 'ENDPOINT', cells: ifDiffering(rows.map(({ endpoint = '-' }) => endpoint)), rank: 1 },
    { title: 'STATE', cells: rows.map(({ remark }) => remark), cut: { at: 'end', minWidth: 12 } },
  ]
  return tableLines(
    columns.map((column) => ({ ...column, cells: column.cells.map(printable) })),
    maxWidth,
  )
}

function nameCell({ name }: TableRow): string {
  return name === '' ? '-' : name
}

function sizeCell(size: number | undefined): string {
  return size === undefined ? '-' : formatSize(size)
}

/** The days until the service no longer charges for an archive that is deleted. */
function freeCell({ time, id, minDays }: TableRow, nowMs: number): string {
  if (id === undefined || minDays === undefined) return '-'
  const days = Math.ceil((freeDeletionTime(Date.parse(time), minDays) - nowMs) / DAY_MS)
  if (Number.isNaN(days)) return '-'
  return days > 0 ? `free in ${formatCount(days, 'day')}` : 'free'
}

function ifDiffering(cells: readonly string[]): readonly string[] {
  return new Set(cells).size > 1 ? cells : []
}
