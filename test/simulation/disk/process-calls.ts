/** The calls of a simulated process, with the faults of its disk and of the way there. */
import { never, type SimProcess } from '../world/sim-process.js'
import { diskFull, type DiskCall, type DiskCalls } from './disk-calls.js'
import type { DiskRoom } from './disk-room.js'
import type { FileTree } from './file-tree.js'
import { systemError } from './system-error.js'

/** How long a slow call takes, in milliseconds. */
const DELAYS_MS = [20, 1, 300, 5000, 120_000] as const
/** Short writes in a row. More of them are a disk that is full, which is a fault of its own. */
const MAX_SHORT_WRITES = 7
/** Calls that are left out of the trace, unless they fail: they change nothing. */
const QUIET: ReadonlySet<DiskCall> = new Set<DiskCall>([
  'read',
  'stat',
  'readdir',
  'readFile',
  'close',
  'realpath',
])

/** The calls of a process. */
export class ProcessCalls implements DiskCalls {
  readonly #process: SimProcess
  readonly #tree: FileTree
  readonly #room: DiskRoom
  #shortWrites = 0

  constructor(process: SimProcess, tree: FileTree, room: DiskRoom) {
    this.#process = process
    this.#tree = tree
    this.#room = room
  }

  call<Result>(call: DiskCall, path: string, effect: () => Result): Promise<Result> {
    // The files of a process that was killed are closed when they are collected as garbage: nothing is drawn for that.
    if (!this.#process.isRunning()) return never()
    const failure = this.#failure(call)
    return this.#process.call(call, this.#delayMs(call), () => {
      this.#tree.actAs(this.#process.host)
      return this.#noted(call, path, () => {
        if (failure === 'before') throw this.#inputOutputError(call, path)
        const result = effect()
        if (failure === 'after') throw this.#inputOutputError(call, path)
        return result
      })
    })
  }

  bytesTaken(path: string, bytes: number, growth: number): number {
    const { name, world } = this.#process
    const { faults, choices } = world
    const room = this.#room.for(growth, `${name}/write`)
    const most = bytes - growth + Math.min(room, growth)
    if (most < bytes) {
      faults.tookEffect('disk-full')
      if (most === 0) throw diskFull('write', path)
      return most
    }
    if (bytes < 2 || faults.rate('short-write') === 0) return bytes
    const isShort = faults.happens('short-write', `${name}/write/short`)
    this.#shortWrites = isShort ? this.#shortWrites + 1 : 0
    if (!isShort || this.#shortWrites > MAX_SHORT_WRITES) return bytes
    faults.tookEffect('short-write')
    return choices.between(`${name}/write/bytes`, 1, bytes - 1)
  }

  creating(call: DiskCall, path: string): void {
    if (this.#room.for(1, `${this.#process.name}/${call}`) > 0) return
    this.#process.world.faults.tookEffect('disk-full')
    throw diskFull(call, path)
  }

  opened(): void {
    this.#process.openFiles++
  }

  closed(): boolean {
    this.#process.openFiles--
    return this.#process.isRunning()
  }

  /** The time until the effect of a call. */
  #delayMs(call: DiskCall): number {
    const { name, host, world } = this.#process
    const { faults, choices, scheduler } = world
    let delayMs = 0
    if (faults.rate('disk-slow') > 0 && faults.happens('disk-slow', `${name}/${call}/slow`)) {
      faults.tookEffect('disk-slow')
      delayMs = choices.pick(`${name}/${call}/delay-ms`, DELAYS_MS)
    }
    const cutOffMs = host.cutOffUntilMs - scheduler.nowMs
    if (cutOffMs <= 0) return delayMs
    faults.tookEffect('cut-off')
    return delayMs + cutOffMs
  }

  /** Whether a call fails, and whether its effect is done all the same. */
  #failure(call: DiskCall): 'no' | 'before' | 'after' {
    const { name, world } = this.#process
    const { faults, choices } = world
    if (faults.rate('disk-error') === 0 || !faults.happens('disk-error', `${name}/${call}/error`)) return 'no'
    if (call === 'open' || QUIET.has(call)) return 'before'
    return choices.pick(`${name}/${call}/failure`, ['before', 'after'])
  }

  #inputOutputError(call: DiskCall, path: string): Error {
    this.#process.world.faults.tookEffect('disk-error')
    return systemError('EIO', call, path)
  }

  #noted<Result>(call: DiskCall, path: string, effect: () => Result): Result {
    const { world, name } = this.#process
    try {
      const result = effect()
      if (!QUIET.has(call))
        world.note(name, () => `${call} ${path}${typeof result === 'number' ? `: ${result} bytes` : ''}`)
      return result
    } catch (error) {
      world.note(name, () => `${call} ${path} fails with ${(error as NodeJS.ErrnoException).code}`)
      throw error
    }
  }
}
