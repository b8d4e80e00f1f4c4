/** `ls [VAULT]`: lists the archives in the catalog, sets of volumes, and archives that may exist. */
import { invariant } from '../../invariant.js'
import { listingOf, type CatalogEntry } from '../../catalog/queries/listing.js'
import type { ArchiveRecord } from '../../catalog/record.js'
import type { ArchiveSet } from '../../catalog/queries/sets.js'
import { nameOf } from '../../glacier/archive-name.js'
import type { Io } from '../io.js'
import { warnOfConflicts } from '../output/conflict-notes.js'
import { formatSize } from '../output/format.js'
import { printLines } from '../output/print.js'
import { setText } from '../output/set-text.js'
import { catalogFileOf } from './data-folder.js'
import type { LsOptions } from '../commands/archives/ls.js'
import { namePattern } from './name-pattern.js'

/** The columns of an entry. */
interface Row {
  readonly time: string
  readonly size: number | undefined
  readonly vaultName: string
  /** An archive ID, or `may exist`. */
  readonly id: string
  readonly description: string | undefined
  /** The name of the stream. */
  readonly name: string | undefined
  /** A remark in parentheses at the end of the line. */
  readonly remark?: string
}

/** Runs `ls`: prints time, size, vault, archive ID and name of each archive, in the order of the records. */
export async function ls(vaultName: string | undefined, options: LsOptions, io: Io): Promise<void> {
  const { conflicts, blocks } = await listingOf(catalogFileOf(options, io.env))
  warnOfConflicts(conflicts, io)
  const isShown = filterOf(vaultName, options)
  async function* lines(): AsyncGenerator<string[], void, undefined> {
    for await (const entries of blocks) {
      const block: string[] = []
      for (const entry of entries) {
        const row = rowOf(entry)
        const shownName = row.description === undefined ? (row.name ?? '') : nameOf(row.description)
        if (isShown(row, shownName)) block.push(options.json ? jsonOf(entry) : lineOf(row, shownName))
      }
      yield block
    }
  }
  await printLines(io, lines())
}

function rowOf(entry: CatalogEntry): Row {
  const { type } = entry
  if (type === 'set') {
    const { set, setId } = entry
    const { time, vaultName, description, name } = shownVolume(set)
    return { time, size: set.size, vaultName, id: setId, description, name, remark: setText(set) }
  }
  const { time, size, vaultName } = entry
  if (type === 'possible') {
    const { description, origin, record } = entry
    const named = 'archiveId' in record && record.archiveId !== undefined
    const remark = named ? { remark: `its ID may be ${record.archiveId}` } : {}
    return { time, size, vaultName, id: 'may exist', description, name: origin.name, ...remark }
  }
  if (type === 'archive') {
    const { archiveId, description, name } = entry
    return { time, size, vaultName, id: archiveId, description, name }
  }
  const remark = 'wrong: the stored tree hash differs from that of the bytes sent'
  return { time, size, vaultName, id: entry.archiveId, description: undefined, name: undefined, remark }
}

function jsonOf(entry: CatalogEntry): string {
  if (entry.type === 'set') {
    const { size, volumes, state, missing, duplicates } = entry.set
    return JSON.stringify({ ...shownVolume(entry.set), size, volumes, state, missing, duplicates })
  }
  if (entry.type !== 'possible') return JSON.stringify(entry)
  const { record, vaultName, region, endpoint, description } = entry
  // A `completing` record has only the ID of its upload.
  return JSON.stringify(
    record.type === 'completing' ? { ...record, vaultName, region, endpoint, description } : record,
  )
}

/** The volume that represents a set: the first one in the catalog. */
function shownVolume({ volumes }: ArchiveSet): ArchiveRecord {
  const [first] = volumes
  invariant(first !== undefined, 'a set has at least one volume')
  return first
}

function lineOf({ time, size, vaultName, id, remark }: Row, name: string): string {
  const shownSize = size === undefined ? '-' : formatSize(size)
  const shownRemark = remark === undefined ? '' : `  (${remark})`
  return `${time}  ${shownSize.padStart(10)}  ${vaultName}  ${id}  ${name}`.trimEnd() + shownRemark
}

function filterOf(
  vaultName: string | undefined,
  { name, since, before, minSize = 0, maxSize = Infinity }: LsOptions,
): (row: Row, shownName: string) => boolean {
  const isNamed = name === undefined ? undefined : namePattern(name)
  const from = since === undefined ? -Infinity : Date.parse(since)
  const to = before === undefined ? Infinity : Date.parse(before)
  const isTimed = since !== undefined || before !== undefined
  return (row, shownName) => {
    if (vaultName !== undefined && row.vaultName !== vaultName) return false
    if (row.size !== undefined && (row.size < minSize || row.size > maxSize)) return false
    if (isNamed && !isNamed(shownName) && !isNamed(row.name ?? '')) return false
    if (!isTimed) return true
    const time = Date.parse(row.time)
    return time >= from && time < to
  }
}
