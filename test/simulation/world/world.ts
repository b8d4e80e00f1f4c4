/** What all parts of one run share. */
import type { Choices } from '../choices/choices.js'
import type { FaultKind } from './faults.js'
import type { InvariantName } from './invariants.js'
import type { Scheduler } from './scheduler.js'

/** The limits of the simulated service, and the sizes of a run: small, so that thousands of uploads run in a second. */
export const LIMITS = { leafSize: 16, minPartSize: 16, maxPartSize: 64, maxParts: 6 }

/**
 * The network of a run, and the service behind it.
 *
 * - `port`: a vault, at the port of its client
 * - `sdk`: a vault, below the SDK, at its `requestHandler`
 * - `bucket`: a bucket of S3, at the port of its client
 * - `bucket-sdk`: a bucket of S3, below the SDK, at its `requestHandler`
 */
export type Network = (typeof NETWORKS)[number]

/** All networks. */
export const NETWORKS = ['port', 'sdk', 'bucket', 'bucket-sdk'] as const

/** Whether the service behind a network is a bucket of S3. */
export function isOfBucket(network: Network): boolean {
  return network === 'bucket' || network === 'bucket-sdk'
}

/** One run. */
export interface World {
  readonly seed: number
  readonly network: Network
  readonly choices: Choices
  readonly scheduler: Scheduler
  /**
   * Whether faults still happen. When they have ceased, `faults.rate` is 0 for every kind, processes are not disturbed
   * any more, and uploads must succeed.
   */
  readonly faults: Faults
  /** Notes a step, for the trace of a failed run. Must be cheap: the text is made only if the trace is kept. */
  note(who: string, text: () => string): void
  /** Counts something that a run is meant to reach, such as `archive stored`: the report has the numbers. */
  reached(milestone: string): void
  /** Reports a broken invariant. The first one ends the run. */
  fail(invariant: InvariantName, message: string): void
  /** A number that no other call in this run has returned, from 1. */
  number(): number
  /** The next pseudo-random number from 0 up to 1 for jitter, of a sequence from the seed and the name alone. */
  jitter(name: string): number
}

/** The faults of one run. */
export interface Faults {
  /** How likely a fault of a kind is at each occasion in this run: 0 if the run has none of this kind, or faults have ceased. */
  rate(kind: FaultKind): number
  /** Decides whether a fault happens at this occasion, as `choices.happens(name, rate(kind))`. */
  happens(kind: FaultKind, name: string): boolean
  /** Counts a fault that took effect: the engine noticed it, or could have. */
  tookEffect(kind: FaultKind): void
  /** Ends all faults: from here on, every rate is 0. */
  cease(): void
}
