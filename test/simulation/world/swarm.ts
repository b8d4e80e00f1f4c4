/**
 * Which kinds of faults a run has, and how likely each is. A run has only some kinds: a fault that hides another one is
 * absent from most runs, and a fault that needs several others meets each combination of kinds sooner or later.
 */
import type { Random } from '../choices/random.js'
import { ALL_KINDS, type FaultKind } from './faults.js'

/** How likely a fault of each kind is at each occasion; kinds that are absent do not occur. */
export type Rates = ReadonlyMap<FaultKind, number>

/** The kinds that have an occasion at each call of the disk or of the network. A run has hundreds of calls. */
const AT_EACH_CALL: readonly FaultKind[] = [
  ...(['killed', 'paused', 'short-write', 'disk-full', 'disk-error', 'disk-slow'] as const),
]
/** The kinds that have few occasions in a run. */
const RARE: readonly FaultKind[] = [
  ...(['clock-jump', 'aborted', 'source-failed', 'source-stalled', 'source-changed'] as const),
  ...(['consumer-failed', 'consumer-stalled', 'listener-threw', 'power-cut', 'cut-off'] as const),
  ...(['file-replaced', 'completion-forgotten', 'completion-hashless', 'completion-unchecked'] as const),
  ...(['upload-expired', 'job-expired', 'job-failed', 'short-page'] as const),
]

/** The shares of the kinds that a run has: few runs have all of them, and some have none. */
const SHARES = [0, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4, 1]

/** Draws the kinds of faults of a run, and their rates. */
export function drawRates(random: Random): Rates {
  const rates = new Map<FaultKind, number>()
  const share = oneOf(SHARES, random)
  for (const kind of ALL_KINDS) if (random() < share) rates.set(kind, oneOf(ratesOf(kind), random))
  return rates
}

/** The rates of a run whose choices are listed: only whether a kind occurs matters there. */
export function listedRates(kinds: readonly FaultKind[]): Rates {
  return new Map(kinds.map((kind) => [kind, 0.5]))
}

function ratesOf(kind: FaultKind): readonly number[] {
  if (AT_EACH_CALL.includes(kind)) return [0.002, 0.01, 0.05]
  return RARE.includes(kind) ? [0.1, 0.3, 0.7] : [0.02, 0.1, 0.3]
}

function oneOf(values: readonly number[], random: Random): number {
  return values[Math.floor(random() * values.length)] as number
}
