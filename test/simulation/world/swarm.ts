/**
 * Which kinds of faults a run has, and how likely each is. A run has only some kinds: a fault that hides another one is
 * absent from most runs, and a fault that needs several others meets each combination of kinds sooner or later.
 *
 * Half of the runs have a focus: kinds that break a promise only together are frequent, and most others are absent.
 */
import type { Random } from '../choices/random.js'
import { kindsOn, type FaultKind } from './faults.js'
import { isOfBucket, type Network } from './world.js'

/** How likely a fault of each kind is at each occasion; kinds that are absent do not occur. */
export type Rates = ReadonlyMap<FaultKind, number>

/** The kinds that have an occasion at each call of the disk or of the network. A run has hundreds of calls. */
const AT_EACH_CALL: readonly FaultKind[] = [
  ...(['killed', 'paused', 'disk-full', 'disk-error', 'disk-slow'] as const),
]
/** The kinds that have few occasions in a run. */
const RARE: readonly FaultKind[] = [
  ...(['clock-jump', 'aborted', 'source-failed', 'source-stalled', 'source-changed'] as const),
  ...(['consumer-failed', 'consumer-stalled', 'listener-threw', 'power-cut', 'cut-off'] as const),
  ...(['file-replaced', 'completion-forgotten', 'completion-hashless', 'completion-unchecked'] as const),
  ...(['upload-expired', 'job-expired', 'job-failed', 'short-page', 'other-account'] as const),
  ...(['own-object-exists', 'head-denied', 'no-checksums'] as const),
]

/** The shares of the kinds that a run has: few runs have all of them, and some have none. */
const SHARES = [0, 0.05, 0.1, 0.1, 0.2, 0.2, 0.4, 1]

/** Kinds that are frequent together in a run of a vault. */
const FOCUSES: readonly (readonly FaultKind[])[] = [
  // A lock changes hands while its owner is silent.
  ['paused', 'cut-off', 'request-lost'],
  // The output of a job reaches the client damaged, late or never.
  ['body-damaged', 'body-cut', 'not-a-range', 'consumer-failed', 'wrong-hash'],
  ['consumer-stalled', 'job-expired', 'job-failed', 'response-lost', 'short-page'],
  // A file is written in several runs.
  ['body-cut', 'killed', 'power-cut', 'file-replaced', 'short-write'],
  // An archive is stored, and the client does not know which.
  ['completion-forgotten', 'completion-hashless', 'completion-unchecked', 'response-lost', 'stored-damaged'],
  ['killed', 'power-cut', 'response-lost', 'source-changed', 'upload-expired'],
  // An upload is found again, or not.
  ['short-page', 'source-failed', 'aborted', 'upload-expired', 'other-account'],
  ['source-stalled', 'upload-expired', 'source-failed', 'slow-request'],
]
/** Kinds that are frequent together in a run of a bucket. */
const FOCUSES_OF_BUCKETS: readonly (readonly FaultKind[])[] = [
  // A lock changes hands while its owner is silent, and its requests are on the way.
  ['paused', 'cut-off', 'request-late', 'source-changed'],
  // A completion is carried out, and the client does not know.
  ['response-lost', 'completion-forgotten', 'own-object-exists', 'error-in-success', 'object-deleted'],
  ['head-denied', 'response-lost', 'completion-forgotten', 'write-conflict', 'no-checksums'],
  ['write-conflict', 'response-lost', 'server-error-after', 'request-late'],
  ['killed', 'power-cut', 'response-lost', 'source-changed', 'upload-expired'],
  // Parts are replaced, and those at the server are not known.
  ['request-late', 'killed', 'source-changed', 'slow-request'],
  ['no-checksums', 'killed', 'source-changed', 'short-page', 'response-lost'],
  ['no-checksums', 'part-late', 'source-changed', 'aborted', 'killed'],
  ['short-page', 'source-failed', 'aborted', 'upload-expired'],
  // A part reaches the client damaged, late or never, or has a wrong hash.
  ['body-damaged', 'body-cut', 'not-a-range', 'consumer-failed', 'wrong-hash', 'short-page'],
  // A restore is asked for again, and its copy disappears.
  ['consumer-stalled', 'copy-expired', 'copy-refused', 'response-lost', 'restore-unstated'],
  ['restore-refused', 'request-late', 'response-lost', 'server-error-after', 'paused'],
  // A file is written in several runs, and the object is replaced meanwhile.
  ['object-replaced', 'object-deleted', 'body-cut', 'killed', 'power-cut', 'aborted'],
]
const FOCUS_SHARE = 0.5
/** The share of the kinds of a focus that a run has. */
const SHARE_IN_FOCUS = 0.8

/** Draws the kinds of faults of a run, and their rates. */
export function drawRates(random: Random, network: Network): Rates {
  const rates = new Map<FaultKind, number>()
  const focuses = isOfBucket(network) ? FOCUSES_OF_BUCKETS : FOCUSES
  const focus = random() < FOCUS_SHARE ? oneOf(focuses, random) : []
  const share = focus.length > 0 ? 0.03 : oneOf(SHARES, random)
  for (const kind of kindsOn(network)) {
    const isInFocus = focus.includes(kind)
    if (random() >= (isInFocus ? SHARE_IN_FOCUS : share)) continue
    // The lowest rate of a kind leaves most runs without a fault of it.
    rates.set(kind, oneOf(isInFocus ? ratesOf(kind).slice(1) : ratesOf(kind), random))
  }
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

function oneOf<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random() * values.length)] as Value
}
