/** Runs the simulation against breakages of the engine: each must be found. */
import type { Arguments } from '../command/arguments.js'
import { UsageError } from '../command/arguments.js'
import { runPool, type StartThread } from '../pool/pool.js'
import { WorkerThread } from '../pool/thread.js'
import type { FailedSeed } from '../pool/totals.js'
import type { Network } from '../world/world.js'
import type { Saboteur } from './saboteur.js'
import { recordVerdict } from './saboteur-record.js'
import { makeSabotagedBuild } from './sabotaged-build.js'
import { SABOTEURS } from './saboteurs.js'

/** The seeds within which each breakage must be found. */
const MAX_SEEDS = 10_000

/** The result of one breakage. */
interface Verdict {
  readonly name: string
  readonly network: Network
  readonly about: string
  /** The seeds that were run. */
  readonly seeds: number
  /** The seed that found it; `undefined` if none did. */
  readonly caught: FailedSeed | undefined
}

/**
 * Runs one breakage, or all of them.
 *
 * @param root - the folder of the repository
 * @param startThread - starts a thread without a breakage
 * @returns the exit code: 1 if a breakage is not found
 * @throws {UsageError} no breakage has this name
 */
export async function sabotage(
  root: string,
  startThread: StartThread,
  args: Arguments,
  print: (text: string) => void,
): Promise<number> {
  const saboteurs = SABOTEURS.filter(({ name }) => args.sabotage === 'all' || args.sabotage === name)
  if (saboteurs.length === 0)
    throw new UsageError(`The saboteurs are: ${SABOTEURS.map(({ name }) => name).join(', ')}.`)
  const verdicts: Verdict[] = []
  for (const saboteur of saboteurs) {
    const verdict = await verdictOn(saboteur, root, startThread, args)
    verdicts.push(verdict)
    if (!args.json) print(textOf(verdict))
    const { name, network, seeds, caught } = verdict
    if (args.record !== undefined && caught) {
      const { seed, failure } = caught
      await recordVerdict(args.record, name, { network, seeds, seed, invariant: failure.invariant })
    }
  }
  if (args.json) print(`${JSON.stringify(verdicts, undefined, 2)}\n`)
  return verdicts.every(({ caught }) => caught) ? 0 : 1
}

async function verdictOn(
  saboteur: Saboteur,
  root: string,
  startThread: StartThread,
  { from: first = 1, seeds = MAX_SEEDS, threads, ...args }: Arguments,
): Promise<Verdict> {
  const { remove, ...code } = await makeSabotagedBuild(root, saboteur)
  const startChanged = (): WorkerThread => new WorkerThread(code)
  const { name, about, network = args.network } = saboteur
  const settings = { network, threads, maxFailures: 1, chunk: 32 }
  try {
    let from = first
    for (const end = first + seeds; from < end;) {
      const { failed, seeds: done } = await runPool({
        ...settings,
        startThread: startChanged,
        from,
        seeds: end - from,
      })
      from += done
      for (const one of failed) {
        // A seed that fails without the breakage as well says nothing about it.
        const original = await runPool({ ...settings, startThread, from: one.seed, seeds: 1 })
        if (original.failed.length === 0) return { name, network, about, seeds: from - first, caught: one }
      }
    }
    return { name, network, about, seeds: from - first, caught: undefined }
  } finally {
    await remove()
  }
}

function textOf({ name, about, seeds, caught }: Verdict): string {
  const found = caught ? `seed ${caught.seed}: ${caught.failure.invariant}` : 'NOT FOUND'
  return `${name.padEnd(34)} ${String(seeds).padStart(6)} seeds  ${found} (${about})\n`
}
