/** The command `npm run simulate`. */
import { readFile } from 'node:fs/promises'
import { explain } from '../pool/explain.js'
import { explainInThread, runPool, type StartThread } from '../pool/pool.js'
import type { FailedSeed, Totals } from '../pool/totals.js'
import { parseList, runList, type ChoiceList } from '../run/choice-list.js'
import { runSeed, type RunResult, type Scenario } from '../run/run.js'
import { catchUncaught } from '../run/uncaught.js'
import { textOf } from '../choices/choices.js'
import { sabotage as runSaboteurs } from '../sabotage/sabotage.js'
import { readArguments, USAGE, UsageError, type Arguments } from './arguments.js'
import { jsonOf, missingKinds, textOfFailure, textOfTotals } from './report.js'
import { assertNewSeeds, readSeries, withTotals, writeJson } from './series-record.js'

/** The outputs of the command. */
export interface TextSink {
  write(text: string): unknown
}

/** The things that the command needs of its process. */
export interface CommandIo {
  readonly stdout: TextSink
  readonly stderr: TextSink
  /** The time of day, in milliseconds since 1970. */
  readonly now: () => number
  /** The folder of the repository. */
  readonly root: string
  readonly startThread: StartThread
  /** Loads the scenario into this thread. */
  readonly loadScenario: () => Promise<Scenario>
}

const DEFAULT_SEEDS = 1000
/** The number of failures that are made small, each of another invariant. */
const MAX_EXPLAINED = 3
/** Progress is printed this often. */
const PROGRESS_MS = 30_000

/**
 * Runs the command.
 *
 * @returns the exit code
 */
export async function simulate(args: readonly string[], io: CommandIo): Promise<number> {
  const print = (text: string): void => void io.stdout.write(text)
  try {
    const read = readArguments(args)
    const { help, replay, list, sabotage } = read
    if (help) return (print(USAGE), 0)
    if (sabotage !== undefined) return await runSaboteurs(io.root, io.startThread, read, print)
    if (replay === undefined && list === undefined) return await simulateSeeds(read, io)
    const scenario = await io.loadScenario()
    catchUncaught()
    if (list !== undefined) return await repeatList(list, read, scenario, print)
    return await repeatSeed(replay ?? 0, read, scenario, print)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    io.stderr.write(`${error.message}\n\n${USAGE}`)
    return 2
  }
}

async function simulateSeeds(args: Arguments, io: CommandIo): Promise<number> {
  const { seeds = DEFAULT_SEEDS, minutes = Infinity, network, failures, threads, json, record } = args
  const start = io.now()
  // A hundred seeds for each millisecond: calls that follow each other have different seeds.
  const { from = 100 * start } = args
  if (record !== undefined) assertNewSeeds(await readSeries(record), network, from, seeds)
  let printedMs = start
  const continues = ({ seeds: done, failed }: Totals): boolean => {
    const now = io.now()
    if (now - printedMs > PROGRESS_MS) {
      printedMs = now
      io.stderr.write(`${Math.round((now - start) / 1000)} s: ${done} seeds, ${failed.length} failed\n`)
    }
    return now - start < minutes * 60_000
  }
  io.stderr.write(`Seeds from ${from}\n`)
  const { startThread } = io
  const range = { from, seeds, network, threads, maxFailures: failures }
  const totals = await runPool({ ...range, startThread, continues })
  const session = { network, from, seconds: (io.now() - start) / 1000 }
  for (const failed of explained(totals.failed)) {
    const text = textOfFailure(failed, network, await explainInThread(startThread, failed.seed, network))
    ;(json ? io.stderr : io.stdout).write(`${text}\n`)
  }
  io.stdout.write(json ? jsonOf(totals, session) : textOfTotals(totals, session))
  if (totals.failed.length > 0 || missingKinds(totals, network).length > 0) return 1
  if (record !== undefined)
    await writeJson(record, withTotals(await readSeries(record), totals, session, dayOf(io.now())))
  return 0
}

/** The day of a time, as `2026-01-31`. */
function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

/** The first failure of each invariant. */
function explained(failed: readonly FailedSeed[]): readonly FailedSeed[] {
  const first = new Map<string, FailedSeed>()
  for (const one of failed) if (!first.has(one.failure.invariant)) first.set(one.failure.invariant, one)
  return [...first.values()].slice(0, MAX_EXPLAINED)
}

async function repeatSeed(
  seed: number,
  { network, trace }: Arguments,
  scenario: Scenario,
  print: (text: string) => void,
): Promise<number> {
  const result = await runSeed(seed, scenario, { network, records: true })
  print(textOfRun(result, trace))
  if (!result.failure) return 0
  const found = { seed, failure: result.failure }
  print(textOfFailure(found, network, await explain(seed, network, scenario)))
  return 1
}

async function repeatList(
  path: string,
  { trace }: Arguments,
  scenario: Scenario,
  print: (text: string) => void,
): Promise<number> {
  const result = await runList(await readList(path), scenario, true)
  print(textOfRun(result, trace))
  for (const choice of result.unapplied) print(`This choice no longer applies: ${textOf(choice)}\n`)
  return result.failure || result.unapplied.length > 0 ? 1 : 0
}

async function readList(path: string): Promise<ChoiceList> {
  try {
    return parseList(await readFile(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`${path} is no list of choices: ${(error as Error).message}`)
  }
}

function textOfRun({ trace, events, failure }: RunResult, isWhole: boolean): string {
  const lines = (isWhole ? trace?.lines : trace?.excerpt) ?? []
  const end = failure ? `${failure.invariant}: ${failure.message}` : 'All invariants hold.'
  return [...lines, `${events} events. ${end}`, ''].join('\n')
}
