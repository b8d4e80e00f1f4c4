/** The recorded seeds that found the breakages, for docs/reliability.md: `--sabotage all --record FILE`. */
import { textOf, writeJson } from '../command/series-record.js'
import type { Network } from '../world/world.js'

/** The seed that found a breakage. */
export interface FoundSaboteur {
  readonly network: Network
  /** The seeds that were run until it was found. */
  readonly seeds: number
  readonly seed: number
  /** The invariant that the seed broke. */
  readonly invariant: string
}

/** The breakages that were found, by name. */
export type SaboteurRecord = Readonly<Record<string, FoundSaboteur>>

/** Reads a record; an empty one if the file does not exist. */
export async function readSaboteurs(path: string): Promise<SaboteurRecord> {
  return JSON.parse(await textOf(path)) as SaboteurRecord
}

/** Adds a breakage that was found, in place of an earlier result of the same name. */
export async function recordVerdict(path: string, name: string, found: FoundSaboteur): Promise<void> {
  const entries = Object.entries({ ...(await readSaboteurs(path)), [name]: found })
  await writeJson(path, Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))))
}
