/** The committed results of which docs/reliability.md is made. Each file is written by the command that its type names. */
import { readFile } from 'node:fs/promises'
import { readSeries, textOf, type SeriesRecord } from '../../test/simulation/command/series-record.js'
import { readSaboteurs, type SaboteurRecord } from '../../test/simulation/sabotage/saboteur-record.js'

/** A fault of the engine that one of these tests has found. Written by hand. */
export interface FoundFault {
  /** The test that found it. */
  readonly by: string
  /** The seed that found it at that time. */
  readonly seed?: number
  readonly wrong: string
  readonly fix: string
  readonly commit: string
  /** The test that would find it again. */
  readonly test: string
}

/** The mutants of a folder of lib, written by `npm run mutate -- FOLDER`. */
export interface MutationScore {
  readonly mutants: number
  readonly killed: number
  readonly timedOut: number
  readonly survived: number
  /** Killed or timed out, in percent of all. */
  readonly score: number
}

/** One reading of a server. */
export interface SoakSample {
  readonly seconds: number
  /** Bytes of memory. */
  readonly rss: number
  readonly descriptors: number
  /** Bytes in the folder of the vault. */
  readonly disk: number
}

/** The curves of a server during the soak. */
export interface SoakCurve {
  readonly name: string
  readonly archives: number
  readonly memory: SoakRise
  readonly descriptors: SoakRise
  readonly samples: readonly SoakSample[]
}

/** How much a curve rises over its second half. */
export interface SoakRise {
  readonly rise: number
  /** The median of the second half. */
  readonly level: number
}

/** The results of `npm run soak -- --json FILE`. */
export interface SoakResults {
  readonly minutes: number
  readonly seed: number
  readonly date: string
  readonly counts: Readonly<Record<string, number>>
  /** How often each command ended in each way, such as `put: 0 after pause`. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly curves: readonly SoakCurve[]
  readonly violations: readonly string[]
}

/** The figures of a test of scale, written by `npm run test:scale`. */
export interface ScaleFigures {
  readonly subject: string
  readonly date: string
  readonly figures: Readonly<Record<string, string>>
}

/** All results. What has not been measured is empty or `undefined`. */
export interface Results {
  readonly series: SeriesRecord
  readonly saboteurs: SaboteurRecord
  readonly found: readonly FoundFault[]
  readonly mutation: Readonly<Record<string, MutationScore>>
  readonly soak: SoakResults | undefined
  /** By test file. */
  readonly scale: Readonly<Record<string, ScaleFigures>>
}

/**
 * Reads all results.
 *
 * @param root - the folder of the repository, with a slash at its end
 */
export async function readResults(root: string): Promise<Results> {
  const folder = `${root}docs/reliability/`
  const soak = JSON.parse(await textOf(`${folder}soak.json`)) as Partial<SoakResults>
  return {
    series: await readSeries(`${folder}simulation.json`),
    saboteurs: await readSaboteurs(`${folder}saboteurs.json`),
    found: JSON.parse(await readFile(`${folder}found.json`, 'utf8')) as FoundFault[],
    mutation: JSON.parse(await textOf(`${root}test/mutation/scores.json`)) as Record<string, MutationScore>,
    soak: soak.date === undefined ? undefined : (soak as SoakResults),
    scale: JSON.parse(await textOf(`${folder}scale.json`)) as Record<string, ScaleFigures>,
  }
}
