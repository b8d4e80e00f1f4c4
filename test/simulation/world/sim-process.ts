/**
 * A process of the simulation, inside the one real process. The engine's code runs in it with a runtime whose clock,
 * disk, random source and identity are the simulation's.
 *
 * - A process that is killed runs on in reality, but nothing that it does takes effect and nothing reaches it: calls of
 *   its runtime and its network never settle.
 * - A process that is paused does what it was about to do when it continues. Its calls are carried out meanwhile, and
 *   their results reach it then.
 * - Every effect of a process is a call of {@link SimProcess.call}: there it may be killed, before or after the effect,
 *   and there the scenario disturbs it otherwise.
 */
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import type { ProcessIdentity } from '../../../lib/runtime/process-identity.js'
import type { Runtime } from '../../../lib/runtime/runtime.js'
import { runtimeOf } from './sim-runtime.js'
import type { Host } from './host.js'
import type { World } from './world.js'

/** How a process can end. */
export type ProcessState = 'running' | 'killed' | 'ended'

const CALL_EVENTS = ['none', 'kill-before', 'kill-after', 'pause'] as const
type CallEvent = (typeof CALL_EVENTS)[number]

/** Makes the file system that a process sees. */
export interface Disk {
  viewOf(process: SimProcess): FileSystem
}

/** All processes of a run: a process asks whether another is alive. */
export type ProcessTable = Map<string, SimProcess>

/** A process. */
export class SimProcess {
  /** Unique in the run, such as `upload-1`; part of the names of its choices. */
  readonly name: string
  readonly host: Host
  readonly world: World
  readonly identity: ProcessIdentity
  readonly runtime: Runtime
  state: ProcessState = 'running'
  /** The time until which the process is paused; 0 if it is not. */
  pausedUntilMs = 0
  /** Sleeps in progress that keep the process alive, and all others. */
  readonly sleeping = { keepingAlive: 0, others: 0 }
  /** Files that are open. */
  openFiles = 0
  /** Requests in flight. */
  requests = 0
  /** Called before each call, with its name: the scenario disturbs the process, its host or its files there. */
  onCall: (what: string) => void = () => undefined
  /** Resolves when the process is killed or has ended. */
  readonly over: Promise<void>
  #setOver!: () => void // assigned in the constructor: a promise runs its executor at once

  constructor(name: string, host: Host, world: World, disk: Disk, table: ProcessTable) {
    this.name = name
    this.host = host
    this.world = world
    const bootId = `boot-${host.name}-${host.boots}`
    const pid = host.nextPid()
    const machineId = `machine-${host.name}`
    this.identity = { host: host.name, pid, startTime: name, bootId, pidNamespace: '4026531836', machineId }
    table.set(keyOf(this.identity), this)
    this.over = new Promise((resolve) => {
      this.#setOver = resolve
    })
    this.runtime = runtimeOf(this, disk.viewOf(this), table)
  }

  /** Whether the process still acts. */
  isRunning(): boolean {
    return this.state === 'running'
  }

  /** Ends the process at once. Nothing that it does from here on takes effect. */
  kill(): void {
    if (this.state !== 'running') return
    this.state = 'killed'
    this.world.faults.tookEffect('killed')
    this.world.note(this.name, () => 'is killed')
    this.#setOver()
  }

  /** Notes that the process has done its work. */
  end(): void {
    if (this.state !== 'running') return
    this.state = 'ended'
    this.#setOver()
  }

  /** Pauses the process. */
  pause(milliseconds: number): void {
    this.pausedUntilMs = this.world.scheduler.nowMs + milliseconds
    this.world.faults.tookEffect('paused')
    this.world.note(this.name, () => `is paused for ${milliseconds / 60_000} min`)
  }

  /**
   * Makes a call that has an effect outside the process: of the disk or the network. The process may be killed or paused
   * at it.
   *
   * @param what - names the call in choices, such as `write` or `completeUpload`
   * @param delayMs - the time until the effect; 0: at once
   * @param effect - is done at that time, unless the process is killed before; its result or error is that of the call
   */
  call<Result>(what: string, delayMs: number, effect: () => Result): Promise<Result> {
    if (!this.isRunning()) return never()
    this.onCall(what)
    const event = this.#eventAt(what)
    const isUsual = event === 'none' && delayMs === 0 && this.isRunning()
    if (!isUsual || this.pausedUntilMs > this.world.scheduler.nowMs)
      return this.#delayed(event, delayMs, effect)
    try {
      return Promise.resolve(effect())
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  async #delayed<Result>(event: CallEvent, delayMs: number, effect: () => Result): Promise<Result> {
    const { faults, choices } = this.world
    if (event === 'kill-before' && faults.rate('killed') > 0) this.kill()
    if (event === 'pause' && faults.rate('paused') > 0)
      this.pause(60_000 * choices.between(`${this.name}/pause-min`, 60, 5))
    if (!this.isRunning()) return never()
    if (delayMs > 0) await this.#passing(delayMs)
    const result = resultOf(effect)
    if (event === 'kill-after' && faults.rate('killed') > 0) this.kill()
    await this.arrival()
    return result()
  }

  #eventAt(what: string): CallEvent {
    const { faults, choices } = this.world
    const rate = Math.max(faults.rate('killed'), faults.rate('paused'))
    return rate === 0 ? 'none' : choices.pick(`${this.name}/${what}/event`, CALL_EVENTS, rate)
  }

  /** Resolves when something reaches the process: at once, when it continues, or never. */
  async arrival(): Promise<void> {
    if (!this.isRunning()) return never()
    const { scheduler } = this.world
    while (this.pausedUntilMs > scheduler.nowMs) await this.#passing(this.pausedUntilMs - scheduler.nowMs)
    return this.isRunning() ? undefined : never()
  }

  #passing(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.world.scheduler.after(milliseconds, () => {
        if (this.isRunning()) resolve()
      })
    })
  }
}

/** The key of a process in the table of all processes. */
export function keyOf({ host, pid, bootId }: ProcessIdentity): string {
  return `${host} ${pid} ${bootId}`
}

/** A promise that never settles: of a process that was killed. */
export function never(): Promise<never> {
  return new Promise(() => undefined)
}

function resultOf<Result>(effect: () => Result): () => Result {
  try {
    const result = effect()
    return () => result
  } catch (error) {
    return () => {
      throw error
    }
  }
}
