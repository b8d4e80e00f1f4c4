/** Worlds for the tests of the service and of the network: everything is usual but for the listed choices. */
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import { ListedChoices } from '../choices/listed-choices.js'
import { RunWorld } from '../run/run-world.js'
import { runWorld } from '../run/run.js'
import { ALL_KINDS } from '../world/faults.js'
import { Host } from '../world/host.js'
import { SimProcess } from '../world/sim-process.js'
import { listedRates } from '../world/swarm.js'
import { LIMITS } from '../world/world.js'
import type { Body } from './service.js'
import { sha256, treeHashOf } from './tree-hash.js'

/** The unusual outcomes of a world, by the names of the decisions: one for each occurrence, from the first. */
export type ListedOutcomes = Readonly<Record<string, string | readonly string[]>>

/** Makes a world in which every kind of fault can occur, and those in the list do. */
export function listedWorld(outcomes: ListedOutcomes = {}): RunWorld {
  const choices = Object.entries(outcomes).flatMap(([name, listed]) =>
    [listed].flat().map((outcome, index) => ({ name, occurrence: index + 1, outcome })),
  )
  const rates = listedRates(ALL_KINDS)
  return new RunWorld({ seed: 0, network: 'port', choices: new ListedChoices(choices), rates, records: true })
}

/** Makes a process without a disk. */
export function processIn(world: RunWorld, name = 'upload-1'): SimProcess {
  const disk = { viewOf: () => ({}) as FileSystem }
  return new SimProcess(name, new Host('alpha'), world, disk, new Map())
}

/** Runs a scenario to its end. Rejects if it fails. */
export async function runIn(world: RunWorld, scenario: () => Promise<void>): Promise<void> {
  const { failure } = await runWorld(world, ALL_KINDS, scenario)
  if (failure) throw new Error(`${failure.invariant}: ${failure.message}`)
}

/** Some bytes, of which no two leaves are the same. */
export function bytesOfSize(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, (_, index) => (index * 7 + (index >> 4)) % 251))
}

/** A body with both its hashes. */
export function bodyOf(bytes: Uint8Array): Body {
  return { bytes, linearHash: sha256(bytes).toString('hex'), treeHash: treeHashOf(bytes, LIMITS.leafSize) }
}
