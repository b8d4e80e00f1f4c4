/** The sums of many runs. */
import type { FaultKind } from '../world/faults.js'
import type { Failure } from '../run/run-world.js'
import type { RunResult } from '../run/run.js'

/** A seed whose run broke an invariant. */
export interface FailedSeed {
  readonly seed: number
  readonly failure: Failure
}

/** The sums of many runs. They are passed between threads. */
export interface Totals {
  seeds: number
  events: number
  simulatedMs: number
  /** How often faults of each kind took effect. */
  readonly faults: Map<FaultKind, number>
  readonly milestones: Map<string, number>
  readonly failed: FailedSeed[]
}

/** The sums of no runs. */
export function noTotals(): Totals {
  return { seeds: 0, events: 0, simulatedMs: 0, faults: new Map(), milestones: new Map(), failed: [] }
}

/** Adds a run. */
export function addRun(totals: Totals, { seed, failure, ...run }: RunResult): void {
  const failed = failure ? [{ seed, failure }] : []
  addTotals(totals, {
    ...run,
    seeds: 1,
    faults: new Map(run.faults),
    milestones: new Map(run.milestones),
    failed,
  })
}

/** Adds the sums of other runs. */
export function addTotals(totals: Totals, added: Totals): void {
  totals.seeds += added.seeds
  totals.events += added.events
  totals.simulatedMs += added.simulatedMs
  addCounts(totals.faults, added.faults)
  addCounts(totals.milestones, added.milestones)
  totals.failed.push(...added.failed)
}

function addCounts<Key>(counts: Map<Key, number>, added: ReadonlyMap<Key, number>): void {
  for (const [key, count] of added) counts.set(key, (counts.get(key) ?? 0) + count)
}
