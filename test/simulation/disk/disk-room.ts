/** The room on a disk that can get full. */
import type { World } from '../world/world.js'
import type { FileTree } from './file-tree.js'

const MINUTE_MS = 60_000
/** How long the disk stays full, unless files are removed. */
const FULL_MS = [MINUTE_MS, 1000, 60 * MINUTE_MS] as const

/** The room on a disk. */
export class DiskRoom {
  readonly #world: World
  readonly #tree: FileTree
  /** The bytes that fit while the disk is small. */
  #capacityBytes = Infinity
  #smallUntilMs = 0

  constructor(world: World, tree: FileTree) {
    this.#world = world
    this.#tree = tree
  }

  /** The free bytes. */
  get freeBytes(): number {
    const { faults, scheduler } = this.#world
    if (scheduler.nowMs >= this.#smallUntilMs || faults.rate('disk-full') === 0) return Infinity
    return Math.max(0, this.#capacityBytes - this.#tree.usedBytes)
  }

  /**
   * The free bytes at the moment of a write. The disk may get full by it.
   *
   * @param bytes - that are needed; 0 if nothing is added
   * @param call - names the process and the call, for the choices
   */
  for(bytes: number, call: string): number {
    const { faults, choices, scheduler } = this.#world
    if (faults.rate('disk-full') === 0 || bytes === 0) return Infinity
    if (scheduler.nowMs >= this.#smallUntilMs && faults.happens('disk-full', `${call}/full`)) {
      this.#capacityBytes = this.#tree.usedBytes + choices.between(`${call}/room`, 0, bytes - 1)
      this.#smallUntilMs = scheduler.nowMs + choices.pick(`${call}/full-ms`, FULL_MS)
    }
    return this.freeBytes
  }
}
