/**
 * Runs assertions against an endpoint, and removes what they made.
 *
 * - The assertions of a group run one after another. Several groups run at once, but for those that change what others
 *   see: these run afterwards, each alone.
 * - A run ends: when its time is over, the assertions that are left are skipped and the run is incomplete.
 * - Cleaning up has a time of its own, so that a run that was cut still removes what it made.
 */
import { Mismatch, Skip, type Assertion, type Group } from './assertion.js'
import { cleanUp } from './cleanup.js'
import { Session, type SessionSettings } from './session.js'

/** What is run, and for how long. */
export interface RunSettings extends SessionSettings {
  readonly groups: readonly Group[]
  /** How many groups run at once. */
  readonly groupsAtOnce: number
  /** The most milliseconds the assertions take together. */
  readonly runTimeoutMs: number
  /** The most milliseconds the removal of what was made takes. */
  readonly cleanUpTimeoutMs: number
}

/** What became of an assertion. */
export interface Result extends Omit<Assertion, 'check'> {
  /** The name of its group. */
  readonly group: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** What was expected; only where it failed. */
  readonly expected?: string
  /** What was found; only where it failed. */
  readonly found?: string
  /** Why it was skipped. */
  readonly reason?: string
}

/** What became of a run. */
export interface Report {
  readonly endpoint: string
  readonly results: readonly Result[]
  /** A sentence for everything the run made and could not remove. */
  readonly left: readonly string[]
  /** Whether every assertion had its turn before the time was over. */
  readonly complete: boolean
}

/** Runs the assertions of the groups. The results are in the order of the groups. */
export async function run(settings: RunSettings): Promise<Report> {
  const { groups, groupsAtOnce, runTimeoutMs, cleanUpTimeoutMs } = settings
  const session = new Session(settings, AbortSignal.timeout(runTimeoutMs))
  const turns = groups.map((group) => ({ group, results: [] as Result[] }))
  const runAll = async (those: Iterable<(typeof turns)[number]>): Promise<void> => {
    for (const { group, results } of those) {
      for (const assertion of group.assertions) results.push(await resultOf(session, group.name, assertion))
    }
  }
  const together = turns.filter(({ group }) => !group.alone).values() // which the runners share
  await Promise.all(Array.from({ length: groupsAtOnce }, () => runAll(together)))
  await runAll(turns.filter(({ group }) => group.alone))
  const results = turns.flatMap((turn) => turn.results)
  const complete = !session.isOver
  session.extend(AbortSignal.timeout(cleanUpTimeoutMs))
  const left = await cleanUp(session)
  return { endpoint: settings.endpoint.href, results, left, complete }
}

/** Whether a result makes the run fail: a guess does not, as nothing says that the service does so. */
export function isFailure({ outcome, tag }: Result): boolean {
  return outcome === 'failed' && tag !== 'guess'
}

async function resultOf(session: Session, group: string, assertion: Assertion): Promise<Result> {
  const { check, ...data } = assertion
  const start = { group, ...data }
  if (session.isOver) return { ...start, outcome: 'skipped', reason: 'the time of the run is over' }
  try {
    await check(session)
    return { ...start, outcome: 'passed' }
  } catch (error) {
    if (error instanceof Skip) return { ...start, outcome: 'skipped', reason: error.message }
    const { expected, found } =
      error instanceof Mismatch ? error : new Mismatch('an answer', (error as Error).message)
    return { ...start, outcome: 'failed', expected, found }
  }
}
