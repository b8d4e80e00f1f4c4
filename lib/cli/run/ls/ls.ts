/** `ls [VAULT|s3://BUCKET/PREFIX]`: lists the archives in the catalog, sets of volumes, and archives that may exist, the oldest first. */
import { listingOf } from '../../../catalog/queries/listing.js'
import { shortIdsOf } from '../../../catalog/queries/short-ids.js'
import { byTime } from '../../../catalog/queries/stored-entries.js'
import { isObjectId } from '../../../catalog/vault-address.js'
import { parsePrefixAddress } from '../../../s3/s3-address.js'
import type { LsOptions } from '../../commands/archives/ls.js'
import { nowMsOf, type Io } from '../../io.js'
import { dateOf } from '../../options/values/date.js'
import { warnOfConflicts } from '../../output/conflict-notes.js'
import { formatCount } from '../../output/format.js'
import { printLines, printNote } from '../../output/print.js'
import { catalogFileOf } from '../data-folder.js'
import { costsOfRows } from './ls-cost.js'
import { rowOf, tableRowOf, type LsRow, type TableRow } from './ls-row.js'
import { jsonOf } from './ls-json.js'
import { lsTable, type LsLayout } from './ls-table.js'
import { namePattern } from '../name-pattern.js'

/** The number of lines that are written together. */
const BLOCK_SIZE = 1000

/** Rows of a catalog. */
interface Rows<Row> {
  /** The rows that are shown, the oldest first. */
  readonly rows: readonly Row[]
  /** The archive IDs of all rows, of those that are not shown too: a short ID must be unique among all. */
  readonly ids: readonly string[]
}

/** Runs `ls`: prints a table, or with `--json` each archive as JSON. */
export async function ls(vaultName: string | undefined, options: LsOptions, io: Io): Promise<void> {
  if (!options.json && !options.cost) {
    const { rows, ids } = await readRows(vaultName, options, io, tableRowOf)
    return printTable(rows, ids, vaultName, options, io)
  }
  const { rows, ids } = await readRows(vaultName, options, io, (row) => row)
  const costs = options.cost ? await costsOfRows(rows, options) : undefined
  const toJson = (row: LsRow): string => costs?.withCost(row, jsonOf(row)) ?? jsonOf(row)
  if (options.json) await printLines(io, inBlocks(rows, toJson))
  else await printTable(rows, ids, vaultName, options, io, costs?.cellOf)
  if (costs && !options.quiet) printNote(io, costs.total)
}

/** Reads the rows that are shown, and keeps of each what `keep` returns. */
async function readRows<Row extends TableRow>(
  vaultName: string | undefined,
  options: LsOptions,
  io: Io,
  keep: (row: LsRow) => Row,
): Promise<Rows<Row>> {
  const file = catalogFileOf(options, io.env)
  const { conflicts, blocks } = await listingOf(file)
  warnOfConflicts(conflicts, io)
  const isShown = filterOf(isInNamed(vaultName), options, nowMsOf(io))
  const shown: Row[] = []
  const ids: string[] = []
  let count = 0
  for await (const entries of blocks)
    for (const entry of entries) {
      const row = rowOf(entry)
      count++
      if (!options.full && !options.json) ids.push(...row.ids.filter(isShortened))
      if (isShown(row)) shown.push(keep(row))
    }
  if (shown.length === 0 && !options.quiet) printNote(io, emptyText(file, count, vaultName))
  return { rows: byTime(shown), ids }
}

async function printTable(
  rows: readonly TableRow[],
  ids: readonly string[],
  vaultName: string | undefined,
  { full }: LsOptions,
  io: Io,
  costOf?: (row: TableRow) => string,
): Promise<void> {
  const shownIds = rows.flatMap(({ id }) => id ?? []).filter(isShortened)
  const layout = layoutOf(vaultName, full ? undefined : shortIdsOf(shownIds, ids), io)
  await printLines(
    io,
    inBlocks(lsTable(rows, { ...layout, costOf }), (line) => line),
  )
}

/** Whether an ID is shown by its beginning. The beginning of an address would say nothing. */
function isShortened(archiveId: string): boolean {
  return !isObjectId(archiveId)
}

function layoutOf(vaultName: string | undefined, shortIds: LsLayout['shortIds'], io: Io): LsLayout {
  const { isTTY, columns } = io.stdout
  const maxWidth = isTTY ? (columns ?? 80) : undefined
  return { maxWidth, shortIds, hasVault: vaultName === undefined, nowMs: nowMsOf(io) }
}

/** The note on an empty list: the catalog may be another one than the user means. */
function emptyText(file: string, count: number, vaultName: string | undefined): string {
  if (count === 0)
    return `The catalog ${file} has no archives. "glacier-pipe catalog rebuild ${vaultName ?? 'VAULT'}" adds those that exist.`
  const which = vaultName === undefined ? '' : ` in ${vaultName}`
  return `None of the ${formatCount(count, 'entry', 'entries')} of the catalog ${file} is an archive${which} that matches.`
}

/** Makes the lines block by block: all at once would take as much memory as the rows. */
async function* inBlocks<T>(
  all: readonly T[],
  lineOf: (one: T) => string,
): AsyncGenerator<readonly string[], void, undefined> {
  for (let at = 0; at < all.length; at += BLOCK_SIZE)
    yield await Promise.resolve(all.slice(at, at + BLOCK_SIZE).map(lineOf))
}

/** Whether a row is in a vault or a bucket, and its key begins with the prefix. */
function isInNamed(operand: string | undefined): (row: LsRow) => boolean {
  const address = operand === undefined ? undefined : parsePrefixAddress(operand)
  if (!address) return (row) => operand === undefined || row.vaultName === operand
  const bucket = `s3://${address.bucket}`
  return (row) => row.vaultName === bucket && row.name.startsWith(address.prefix)
}

function filterOf(
  isInside: (row: LsRow) => boolean,
  { name, since, before, minSize = 0, maxSize = Infinity }: LsOptions,
  nowMs: number,
): (row: LsRow) => boolean {
  const isNamed = name === undefined ? undefined : namePattern(name)
  const from = since === undefined ? -Infinity : dateOf(since, nowMs).getTime()
  const to = before === undefined ? Infinity : dateOf(before, nowMs).getTime()
  const isTimed = since !== undefined || before !== undefined
  return (row) => {
    if (!isInside(row)) return false
    if (row.size !== undefined && (row.size < minSize || row.size > maxSize)) return false
    if (isNamed && !isNamed(row.name) && !isNamed(row.streamName ?? '')) return false
    if (!isTimed) return true
    const time = Date.parse(row.time)
    return time >= from && time < to
  }
}
