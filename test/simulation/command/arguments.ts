/** The arguments of `npm run simulate`. */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { Network } from '../world/world.js'

/** The text of `--help`. */
export const USAGE = `Usage: npm run simulate -- [options]

Runs the engine in simulated processes, with a simulated clock, network, disk and random source. Each seed is one run.

  --seeds N        the number of seeds; default 1000, or any number with --minutes
  --from S         the first seed; default: by the time, so that each call has new seeds
  --minutes M      starts no other seeds after this time
  --store NAME     \`vault\` or \`s3\`: uploads to a vault and back, or to a bucket and back; default vault
  --sdk            the network is below the SDK, at its requestHandler, instead of at the port of the client
  --replay SEED    repeats a seed, prints its steps and, if it fails, makes it small
  --list FILE      repeats a list of choices; fails if one of them does not apply
  --trace          with --replay and --list: prints all steps instead of the first and the last
  --sabotage NAME  breaks a line of the engine, and fails unless a seed finds it; \`all\` for every saboteur
  --failures N     ends after so many failed seeds; default 10
  --threads N      default: one for each processor
  --json           prints the sums as JSON
  --record FILE    adds the sums to those in FILE if all seeds pass; with --sabotage, the seeds that found the saboteurs.
                   docs/reliability/{simulation,saboteurs}.json are such files; \`npm run docs:reliability\` makes a page of them
  --help

Exit codes: 0 if all invariants hold, 1 if one is broken or a kind of fault never took effect in 10,000 seeds or more,
2 if the command was used wrongly.
`

/** The command was used wrongly. */
export class UsageError extends Error {}

/** The arguments. */
export interface Arguments {
  readonly help: boolean
  /** `undefined` if it was not given; infinite if only the time is limited. */
  readonly seeds: number | undefined
  /** `undefined` if it was not given. */
  readonly from: number | undefined
  readonly minutes: number | undefined
  readonly network: Network
  readonly replay: number | undefined
  readonly list: string | undefined
  readonly trace: boolean
  readonly sabotage: string | undefined
  readonly failures: number
  readonly threads: number
  readonly json: boolean
  /** The file to which results are added. */
  readonly record: string | undefined
}

const OPTIONS = {
  seeds: { type: 'string' },
  from: { type: 'string' },
  minutes: { type: 'string' },
  store: { type: 'string', default: 'vault' },
  sdk: { type: 'boolean', default: false },
  replay: { type: 'string' },
  list: { type: 'string' },
  trace: { type: 'boolean', default: false },
  sabotage: { type: 'string' },
  failures: { type: 'string' },
  threads: { type: 'string' },
  json: { type: 'boolean', default: false },
  record: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/**
 * Reads the arguments.
 *
 * @throws {UsageError} the command was used wrongly
 */
export function readArguments(args: readonly string[]): Arguments {
  const values = valuesIn(args)
  const { help, list, trace, sabotage, json, record } = values
  const minutes = numberOf('minutes', values.minutes, 1)
  return {
    ...{ help, list, trace, sabotage, json, record, minutes },
    seeds: numberOf('seeds', values.seeds, 1) ?? (minutes === undefined ? undefined : Infinity),
    from: numberOf('from', values.from, 0),
    network: networkOf(values.store, values.sdk),
    replay: numberOf('replay', values.replay, 0),
    failures: numberOf('failures', values.failures, 1) ?? 10,
    threads: numberOf('threads', values.threads, 1) ?? availableParallelism(),
  }
}

function networkOf(store: string, isBelowSdk: boolean): Network {
  if (store !== 'vault' && store !== 's3')
    throw new UsageError(`--store must be vault or s3, not ${JSON.stringify(store)}.`)
  if (store === 'vault') return isBelowSdk ? 'sdk' : 'port'
  return isBelowSdk ? 'bucket-sdk' : 'bucket'
}

function valuesIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function numberOf(name: string, text: string | undefined, lowest: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= lowest && Number.isSafeInteger(value)) return value
  throw new UsageError(`--${name} must be a whole number from ${lowest}, not ${JSON.stringify(text)}.`)
}
