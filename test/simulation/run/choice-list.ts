/** Lists of choices: runs that failed once, made small, and kept as tests. */
import { ListedChoices } from '../choices/listed-choices.js'
import { parseChoice, textOf, type Choice } from '../choices/choices.js'
import { FAULT_KINDS, type FaultKind } from '../world/faults.js'
import { listedRates } from '../world/swarm.js'
import { NETWORKS, type Network } from '../world/world.js'
import { RunWorld } from './run-world.js'
import { runWorld, type RunResult, type Scenario } from './run.js'

/** A run without the draws of its seed. */
export interface ChoiceList {
  /** The invariant that the run broke, and how. */
  readonly broke: string
  /** The seed of the jitter. */
  readonly seed: number
  readonly network: Network
  /** The kinds of faults that can occur: some choices are made only if a kind can occur. */
  readonly kinds: readonly FaultKind[]
  /** The unusual choices. Every other choice has its usual outcome. */
  readonly choices: readonly Choice[]
}

/** The result of the run of a list. */
export interface ListResult extends RunResult {
  /** The choices that did not apply: the run has no such decision, or not with this outcome. */
  readonly unapplied: readonly Choice[]
}

/** The list of a run whose choices were recorded. */
export function listOf({ failure, seed, network, kinds, choices }: RunResult): ChoiceList {
  const broke = failure ? `${failure.invariant}: ${firstLine(failure.message)}` : 'nothing'
  return { broke, seed, network, kinds, choices }
}

/** A list as the text of a file. */
export function listText(list: ChoiceList): string {
  return `${JSON.stringify({ ...list, choices: list.choices.map(textOf) }, undefined, 2)}\n`
}

/**
 * Reads a list.
 *
 * @throws {Error} the text is not a list
 */
export function parseList(text: string): ChoiceList {
  const { broke, seed, network, kinds, choices } = JSON.parse(text) as Record<string, unknown>
  if (typeof broke !== 'string' || typeof seed !== 'number') throw new Error('A list has `broke` and `seed`.')
  if (!isNetwork(network)) throw new Error(`The network of a list is one of ${NETWORKS.join(', ')}.`)
  return {
    broke,
    seed,
    network,
    kinds: textsOf(kinds).map(asKind),
    choices: textsOf(choices).map(parseChoice),
  }
}

/** Runs a list. */
export async function runList(
  { seed, network, kinds, choices }: ChoiceList,
  scenario: Scenario,
  records = false,
): Promise<ListResult> {
  const listed = new ListedChoices(choices)
  const world = new RunWorld({ seed, network, choices: listed, rates: listedRates(kinds), records })
  const result = await runWorld(world, kinds, scenario)
  return { ...result, unapplied: listed.unapplied }
}

function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error('A list has the arrays `kinds` and `choices`.')
  return value.map(String)
}

function isNetwork(value: unknown): value is Network {
  return NETWORKS.some((network) => network === value)
}

function asKind(text: string): FaultKind {
  if (!(text in FAULT_KINDS)) throw new Error(`No kind of fault is called ${JSON.stringify(text)}.`)
  return text as FaultKind
}

function firstLine(text: string): string {
  return text.slice(0, 300).split('\n', 1)[0] as string
}
