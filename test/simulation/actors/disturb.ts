/** Disturbs a process at its calls, by faults that come from outside of it. */
import type { FaultKind } from '../world/faults.js'
import type { Host } from '../world/host.js'
import type { SimProcess } from '../world/sim-process.js'
import { CATALOG, type SharedEnvironment } from './environment.js'

/** The kinds of these faults. A process that is killed or paused is so by its calls themselves. */
const KINDS = [
  'aborted',
  'clock-jump',
  'power-cut',
  'cut-off',
  'file-replaced',
] as const satisfies FaultKind[]
/** The rates of these kinds are for a whole process, which makes about this many calls. */
const RATE_PER_CALL = 1 / 50
/** A process is paused for long, or killed, at one of its first calls: most make no more. */
const LAST_CALL = 120
const LONG_PAUSE_MS = 3_600_000
type Disturbance = (typeof KINDS)[number]

/**
 * Makes a process subject to the disturbances of the run.
 *
 * @param stop - ends the transfer of the process, as its user does
 */
export function disturb(process: SimProcess, env: SharedEnvironment, stop: AbortController): void {
  const { faults, choices } = env.world
  stopOnce(process)
  const kinds = KINDS.filter((kind) => faults.rate(kind) > 0)
  if (kinds.length === 0) return
  const before = process.onCall
  const rate = RATE_PER_CALL * Math.max(...kinds.map((kind) => faults.rate(kind)))
  const outcomes: [Disturbance | 'none', ...Disturbance[]] = ['none', ...kinds]
  process.onCall = (what) => {
    before(what)
    const kind = choices.pick(`${process.name}/${what}/disturbance`, outcomes, rate)
    // In a list of choices, the kind may be one that this run does not have.
    if (kind !== 'none' && faults.rate(kind) > 0) ACTIONS[kind](process, env, stop)
  }
}

/** Pauses a process at one of its calls for so long that another host takes its lock over, or kills it there. */
function stopOnce(process: SimProcess): void {
  const { world, name } = process
  const { faults, choices } = world
  const pauseShare = faults.rate('paused') > 0 ? 0.6 : 0
  const pausedAt = choices.between(`${name}/long-pause-at-call`, 0, LAST_CALL, pauseShare)
  const killShare = faults.rate('killed') > 0 ? 0.4 : 0
  const killedAt = choices.between(`${name}/killed-at-call`, 0, LAST_CALL, killShare)
  if (pausedAt === 0 && killedAt === 0) return
  let calls = 0
  process.onCall = () => {
    calls++
    if (calls === pausedAt) process.pause(LONG_PAUSE_MS)
    if (calls === killedAt) process.kill()
  }
}

const ACTIONS: Readonly<
  Record<Disturbance, (process: SimProcess, env: SharedEnvironment, stop: AbortController) => void>
> = {
  aborted({ world, name }, _env, stop) {
    if (stop.signal.aborted) return
    world.note(name, () => 'is stopped by its user')
    world.faults.tookEffect('aborted')
    stop.abort(new Error('The user has stopped it.'))
  },
  'clock-jump'({ host, world, name }) {
    const minutes = world.choices.pick(`${name}/jump-min`, [90, -90, 3000, -3000])
    host.clockOffsetMs += minutes * 60_000
    world.note(name, () => `sees the clock of ${host.name} jump by ${minutes} min`)
    world.faults.tookEffect('clock-jump')
  },
  'power-cut'({ host }, env) {
    cutPower(host, env)
  },
  'cut-off'({ host, world, name }) {
    const minutes = world.choices.pick(`${name}/cut-off-min`, [15, 2, 40])
    host.cutOffUntilMs = world.scheduler.nowMs + minutes * 60_000
    world.note(name, () => `is on ${host.name}, which is cut off from the disk for ${minutes} min`)
  },
  'file-replaced'({ world, name }, { disk, ledger }) {
    const text = disk.bytesOf(CATALOG)?.toString()
    if (text === undefined) return
    const how = world.choices.pick(`${name}/replacement`, ['deleted', 'copy', 'older-copy'])
    ledger.lostCatalogs.push(text)
    disk.replaceFile(CATALOG, how === 'deleted' ? undefined : how === 'copy' ? text : withoutLastLine(text))
  },
}

/** A host loses power right after a process of it has reported a success: all that it reported must be on disk. */
export function disturbSuccess({ name, host, world }: SimProcess, env: SharedEnvironment): void {
  if (world.faults.happens('power-cut', `${name}/success/power-cut`)) cutPower(host, env)
}

function cutPower(host: Host, { table, disk }: SharedEnvironment): void {
  for (const other of table.values()) if (other.host === host) other.kill()
  disk.powerCut(host)
}

function withoutLastLine(text: string): string {
  return text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)
}
