/** The parts of docs/reliability.md on the simulation: promises, seeds, faults and saboteurs. */
import type { SeedRange, Series, SeriesRecord } from '../../test/simulation/command/series-record.js'
import type { SaboteurRecord } from '../../test/simulation/sabotage/saboteur-record.js'
import { SABOTEURS } from '../../test/simulation/sabotage/saboteurs.js'
import { ALL_KINDS, FAULT_KINDS } from '../../test/simulation/world/faults.js'
import { INVARIANTS, type InvariantName } from '../../test/simulation/world/invariants.js'
import { NETWORKS, type Network } from '../../test/simulation/world/world.js'
import { count, fileLink, table } from './markdown.js'
import { PROMISES } from './promises.js'
import type { Results } from './results.js'

/** The networks, as the tables name them. */
const NETWORK_NAMES: Readonly<Record<Network, string>> = {
  port: 'at the port',
  sdk: 'below the SDK',
  bucket: 'of a bucket',
  'bucket-sdk': 'of a bucket, below the SDK',
}

/** Each promise with its invariants, its tests and its figures. */
export function promiseBlocks({ series, saboteurs }: Results): string[] {
  const found = Object.values(saboteurs)
  return table(
    ['promise', 'invariants of the simulation', 'other tests', 'checked'],
    PROMISES.map(({ promise, invariants, tests, milestones }) => {
      const breakages = found.filter(({ invariant }) => invariants.some((name) => name === invariant)).length
      const figures = milestones.map((name) => `${count(sumOf(series, name))} × ${name}`)
      if (breakages > 0) figures.push(`${breakages} × saboteur found by them`)
      return [promise, invariants.join('; '), tests.map(fileLink).join(', '), figures.join('; ')]
    }),
  )
}

/** The sentence of each invariant. */
export function invariantBlocks(): string[] {
  return table(['invariant', ''], Object.entries(INVARIANTS))
}

/** The seeds that have passed, by network. */
export function seedBlocks({ series }: Results): string[] {
  const rows = networksOf(series).map(([name, { seeds, events, simulatedHours, ranges, faults }]) => [
    name,
    count(seeds),
    count(events),
    `${(simulatedHours / 8760).toFixed(1)} years`,
    count(Object.values(faults).reduce((sum, value) => sum + value, 0)),
    joinedRanges(ranges)
      .map(({ from, seeds }) => `${from}–${from + seeds - 1}`)
      .join(', '),
  ])
  const total = networksOf(series).reduce((sum, [, { seeds }]) => sum + seeds, 0)
  return [
    `**${count(total)} seeds have passed**, each a different run of one to four disturbed rounds. A series with a seed that breaks an invariant is not counted.`,
    ...table(['network', 'seeds passed', 'events', 'simulated time', 'faults', 'ranges of seeds'], rows),
  ]
}

/** Ranges in ascending order, those that follow each other without a gap as one. */
function joinedRanges(
  ranges: readonly Pick<SeedRange, 'from' | 'seeds'>[],
): Pick<SeedRange, 'from' | 'seeds'>[] {
  const joined: { from: number; seeds: number }[] = []
  for (const { from, seeds } of ranges) {
    const last = joined.at(-1)
    if (last && last.from + last.seeds === from) last.seeds += seeds
    else joined.push({ from, seeds })
  }
  return joined
}

/** The faults that took effect, by kind and network. */
export function faultBlocks({ series }: Results): string[] {
  const networks = networksOf(series)
  return table(
    ['fault', '', ...networks.map(([name]) => name)],
    ALL_KINDS.map((kind) => [
      kind,
      FAULT_KINDS[kind],
      ...networks.map(([, { faults }]) => count(faults[kind] ?? 0)),
    ]),
  )
}

/** Each breakage of the engine, and the seed that found it. */
export function saboteurBlocks({ saboteurs }: Results): string[] {
  const found = SABOTEURS.filter(({ name }) => saboteurs[name])
  return [
    `${found.length} of ${SABOTEURS.length} are recorded as found.`,
    ...table(
      ['breakage', 'file', 'found by seed', 'after seeds', 'broken invariant'],
      SABOTEURS.map(({ name, about, file }) => [
        about,
        `[${file}](../lib/${file})`,
        ...foundCells(saboteurs, name),
      ]),
    ),
  ]
}

function foundCells(saboteurs: SaboteurRecord, name: string): string[] {
  const found = saboteurs[name]
  if (!found) return ['not run yet', '', '']
  const { seed, seeds, invariant, network } = found
  return [`${seed}${network === 'port' ? '' : ` (${NETWORK_NAMES[network]})`}`, count(seeds), invariant]
}

function networksOf(series: SeriesRecord): [name: string, series: Series][] {
  const all = NETWORKS.map((network) => [NETWORK_NAMES[network], series[network]] as const)
  return all.flatMap(([name, found]): [string, Series][] => (found ? [[name, found]] : []))
}

function sumOf(series: SeriesRecord, milestone: string): number {
  return networksOf(series).reduce((sum, [, { milestones }]) => sum + (milestones[milestone] ?? 0), 0)
}

/** The names of invariants to which no promise belongs, and those in a record that are unknown. */
export function unknownNames({ saboteurs }: Results): string[] {
  const promised = new Set<string>(PROMISES.flatMap(({ invariants }) => invariants))
  const names = Object.keys(INVARIANTS) as InvariantName[]
  const recorded = Object.values(saboteurs).map(({ invariant }) => invariant)
  return [...names.filter((name) => !promised.has(name)), ...recorded.filter((name) => !(name in INVARIANTS))]
}
