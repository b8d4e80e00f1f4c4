import { FileTree } from '../simulation/disk/file-tree.js'
import type { DiskCall, DiskCalls } from '../simulation/disk/disk-calls.js'
import { systemError } from '../simulation/disk/system-error.js'
import { TreeFiles } from '../simulation/disk/tree-files.js'

/** The only host. */
const HOST = { name: 'memory' }
/** Calls that change something. Those that create a file are counted when it is created. */
const STEPS: ReadonlySet<DiskCall> = new Set<DiskCall>([
  ...(['write', 'truncate', 'sync', 'mkdir', 'rename', 'rm', 'rmTree'] as const),
  ...(['rmdir', 'unlink', 'syncFolder'] as const),
])

/**
 * A file system in memory for one process, as `test/simulation/disk` has it for many. It can fail, and lose power: bytes
 * that were not synced, and names whose folder was not synced, are lost by {@link MemoryFiles.restart}.
 */
export class MemoryFiles extends TreeFiles {
  /** Decides how many bytes a write takes; throws to fail it. Default: all of them. */
  limitWrite: (path: string, bytes: number) => number = (_, bytes) => bytes
  /** Number of changes until the power fails: every later change rejects. */
  stepsToPowerFailure = Infinity
  readonly #tree: FileTree

  /** @param now - the clock of the file system: milliseconds since 1970 */
  constructor(now: () => number = () => 0) {
    const tree = new FileTree(now)
    tree.actAs(HOST)
    const step = (call: DiskCall, path: string): void => {
      if (--this.stepsToPowerFailure < 0) throw systemError('EIO', call, path)
    }
    const calls: DiskCalls = {
      call: async (call, path, effect) => {
        if (STEPS.has(call)) step(call, path)
        return effect()
      },
      bytesTaken: (path, bytes) => this.limitWrite(path, bytes),
      creating: (call, path) => {
        if (call === 'open') step(call, path)
      },
      opened: () => undefined,
      closed: () => true,
    }
    super(tree, calls)
    this.#tree = tree
  }

  /**
   * The power is back: everything that was not on disk is lost.
   *
   * @param keep - the number of bytes of an unsynced write that reached the disk all the same; default 0
   */
  restart(keep: (bytes: number) => number = () => 0): void {
    this.stepsToPowerFailure = Infinity
    this.#tree.losePower(HOST, { keptChanges: () => 0, keptBytes: keep })
  }

  /** The text of a file. */
  text(path: string): string {
    const node = this.#tree.at(path, 'open')
    if (node.kind === 'folder') throw systemError('EISDIR', 'read', path)
    return node.content.copy().toString()
  }
}
