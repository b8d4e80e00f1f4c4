/** Disturbs a process at its calls, by faults that come from outside of it. */
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'
import { CATALOG, type Environment } from './environment.js'

/** The kinds of these faults. A process that is killed or paused is so by its calls themselves. */
const KINDS = ['aborted', 'clock-jump', 'power-cut', 'cut-off', 'file-replaced'] as const satisfies FaultKind[]
type Disturbance = (typeof KINDS)[number]

/**
 * Makes a process subject to the disturbances of the run.
 *
 * @param stop - ends the transfer of the process, as its user does
 */
export function disturb(process: SimProcess, env: Environment, stop: AbortController): void {
  const { faults, choices } = env.world
  const kinds = KINDS.filter((kind) => faults.rate(kind) > 0)
  if (kinds.length === 0) return
  const rate = Math.max(...kinds.map((kind) => faults.rate(kind)))
  process.onCall = (what) => {
    const kind = choices.pick(`${process.name}/${what}/disturbance`, ['none', ...kinds], rate)
    // In a list of choices, the kind may be one that this run does not have.
    if (kind !== 'none' && faults.rate(kind) > 0) ACTIONS[kind](process, env, stop)
  }
}

const ACTIONS: Readonly<
  Record<Disturbance, (process: SimProcess, env: Environment, stop: AbortController) => void>
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
  'power-cut'({ host, world, name }, { table, disk }) {
    world.note(name, () => `is on ${host.name}, which loses power`)
    world.faults.tookEffect('power-cut')
    for (const other of table.values()) if (other.host === host) other.kill()
    disk.powerCut(host)
    host.boots++
  },
  'cut-off'({ host, world, name }) {
    const minutes = world.choices.pick(`${name}/cut-off-min`, [15, 2, 40])
    host.cutOffUntilMs = world.scheduler.nowMs + minutes * 60_000
    world.note(name, () => `is on ${host.name}, which is cut off from the disk for ${minutes} min`)
  },
  'file-replaced'({ world, name }, { disk, ledger }) {
    const how = world.choices.pick(`${name}/replacement`, ['deleted', 'copy', 'older copy'])
    const text = disk.textOf(CATALOG)
    if (text === undefined) return
    ledger.lostCatalogs.push(text)
    world.note(name, () => `does not notice that the catalog is replaced: ${how}`)
    if (how === 'deleted') disk.remove(CATALOG)
    else disk.replace(CATALOG, how === 'copy' ? text : text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1))
    world.faults.tookEffect('file-replaced')
  },
}
