/** The recorded sums of all runs that have passed, for docs/reliability.md: `--record FILE`. */
import { readFile, writeFile } from 'node:fs/promises'
import { isMissing } from '../../../lib/fs/missing.js'
import type { Totals } from '../pool/totals.js'
import type { Network } from '../world/world.js'
import { UsageError } from './arguments.js'
import type { Session } from './report.js'

/** Seeds that have passed in one call. */
export interface SeedRange {
  readonly from: number
  readonly seeds: number
  /** The day, as `2026-01-31`. */
  readonly date: string
}

/** The sums of all recorded runs with one network. */
export interface Series {
  readonly seeds: number
  readonly events: number
  readonly simulatedHours: number
  /** How often faults of each kind took effect. */
  readonly faults: Readonly<Record<string, number>>
  readonly milestones: Readonly<Record<string, number>>
  /** The ranges of seeds, of which no two have a seed in common. */
  readonly ranges: readonly SeedRange[]
}

/** The sums by network; a network without recorded runs is absent. */
export type SeriesRecord = Readonly<Partial<Record<Network, Series>>>

const NO_SERIES: Series = {
  ...{ seeds: 0, events: 0, simulatedHours: 0, faults: {}, milestones: {}, ranges: [] },
}

/** Reads a record; one without runs if the file does not exist. */
export async function readSeries(path: string): Promise<SeriesRecord> {
  return JSON.parse(await textOf(path)) as SeriesRecord
}

/** The text of a file of JSON; that of an empty object if the file does not exist. */
export async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return '{}'
    throw error
  }
}

/** Writes JSON as Prettier formats it. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`)
}

/**
 * Refuses seeds that are recorded already: each seed counts once.
 *
 * @throws {UsageError} a seed from `from` up to `from + seeds` is recorded
 */
export function assertNewSeeds(record: SeriesRecord, network: Network, from: number, seeds: number): void {
  for (const range of record[network]?.ranges ?? [])
    if (range.from < from + seeds && from < range.from + range.seeds)
      throw new UsageError(
        `The seeds from ${range.from} to ${range.from + range.seeds - 1} are recorded already. Choose others by --from and --seeds.`,
      )
}

/** A record with the sums of one more call, of which no seed has failed. */
export function withTotals(
  record: SeriesRecord,
  totals: Totals,
  session: Session,
  date: string,
): SeriesRecord {
  const { network, from } = session
  const old = record[network] ?? NO_SERIES
  const series: Series = {
    seeds: old.seeds + totals.seeds,
    events: old.events + totals.events,
    simulatedHours: old.simulatedHours + Math.round(totals.simulatedMs / 3_600_000),
    faults: sum(old.faults, totals.faults),
    milestones: sum(old.milestones, totals.milestones),
    ranges: [...old.ranges, { from, seeds: totals.seeds, date }].sort((a, b) => a.from - b.from),
  }
  return { ...record, [network]: series }
}

function sum(
  old: Readonly<Record<string, number>>,
  added: ReadonlyMap<string, number>,
): Record<string, number> {
  const keys = [...new Set([...Object.keys(old), ...added.keys()])].sort()
  return Object.fromEntries(keys.map((key) => [key, (old[key] ?? 0) + (added.get(key) ?? 0)]))
}
