/** The texts that `npm run simulate` prints. */
import { FAULT_KINDS, kindsOn, type FaultKind } from '../world/faults.js'
import type { Network } from '../world/world.js'
import type { Explanation } from '../pool/explain.js'
import type { FailedSeed, Totals } from '../pool/totals.js'

/** The number of seeds from which on each kind of fault must have taken effect. */
export const SEEDS_FOR_ALL_KINDS = 10_000

/** Where the network of a run is, in words. */
const PLACES: Readonly<Record<Network, string>> = {
  port: '',
  sdk: ' below the SDK',
  bucket: ' of a bucket',
  'bucket-sdk': ' of a bucket below the SDK',
}
/** The options that choose a network. */
const FLAGS: Readonly<Record<Network, string>> = {
  port: '',
  sdk: ' --sdk',
  bucket: ' --store s3',
  'bucket-sdk': ' --store s3 --sdk',
}

/** The seeds of one call, and the time that they took. */
export interface Session {
  readonly network: Network
  readonly from: number
  readonly seconds: number
}

/** The kinds that never took effect although there were enough seeds. */
export function missingKinds({ seeds, faults }: Totals, network: Network): readonly FaultKind[] {
  return seeds < SEEDS_FOR_ALL_KINDS ? [] : kindsOn(network).filter((kind) => !faults.has(kind))
}

/** The sums as JSON, for docs/reliability.md. */
export function jsonOf(totals: Totals, { network, from, seconds }: Session): string {
  const { seeds, events, simulatedMs, faults, milestones, failed } = totals
  const sums = {
    ...{ network, from, seeds, failed, seconds, events, simulatedHours: Math.round(simulatedMs / 3_600_000) },
    ...{ faults: sorted(faults), milestones: sorted(milestones), missing: missingKinds(totals, network) },
  }
  return `${JSON.stringify(sums, undefined, 2)}\n`
}

/** The sums as text. */
export function textOfTotals(totals: Totals, { network, from, seconds }: Session): string {
  const { seeds, events, simulatedMs, faults, milestones, failed } = totals
  const years = (simulatedMs / (365 * 86_400_000)).toFixed(1)
  return [
    `${seeds} seeds${PLACES[network]} from ${from}: ${seeds - failed.length} passed, ${failed.length} failed`,
    `${events} events and ${years} simulated years in ${Math.round(seconds)} s (${Math.round(seeds / seconds)} seeds/s)`,
    ...section('Faults that took effect', sorted(faults), (kind) => FAULT_KINDS[kind as FaultKind]),
    ...section('Reached', sorted(milestones)),
    ...missingKinds(totals, network).map(
      (kind) => `The fault ${kind} never took effect: ${FAULT_KINDS[kind]}.`,
    ),
    '',
  ].join('\n')
}

/** A failed seed, and the small run that breaks the same invariant. */
export function textOfFailure(
  { seed, failure }: FailedSeed,
  network: Network,
  explanation: Explanation | undefined,
): string {
  const repeat = `npm run simulate -- --replay ${seed}${FLAGS[network]}`
  const lines = [
    `The seed ${seed} breaks the invariant \`${failure.invariant}\`: ${failure.message}`,
    `  ${repeat}`,
  ]
  if (!explanation)
    return [...lines, 'It cannot be made small: alone it does not fail, or does not end.', ''].join('\n')
  const { trace, list, drawn, left, isRepeated, message } = explanation
  return [
    ...lines,
    isRepeated
      ? `${left} of its ${drawn} unusual choices are left: ${message}`
      : 'Its list of choices does not repeat the failure: the simulation depends on something else.',
    ...trace.map((line) => `  ${line}`),
    'The list of choices, to be kept in test/simulation/lists:',
    list,
  ].join('\n')
}

function section(
  title: string,
  counts: Record<string, number>,
  about: (key: string) => string = () => '',
): string[] {
  const rows = Object.entries(counts).map(
    ([key, count]) => `  ${String(count).padStart(9)} ${key.padEnd(22)} ${about(key)}`,
  )
  return rows.length > 0 ? [`${title}:`, ...rows.map((row) => row.trimEnd())] : []
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
