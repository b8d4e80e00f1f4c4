/** A disk that all processes of a run share. */
import { constants } from 'node:fs'
import { dirname } from 'node:path'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import type { Host } from '../world/host.js'
import type { Disk, SimProcess } from '../world/sim-process.js'
import { LIMITS, type World } from '../world/world.js'
import type { RangeHasher } from '../../../lib/retrieve/file/range-hasher.js'
import { DiskRoom } from './disk-room.js'
import { hasherOn } from './file-hasher.js'
import { FileTree } from './file-tree.js'
import { ProcessCalls } from './process-calls.js'
import { systemError } from './system-error.js'
import { TreeFiles } from './tree-files.js'

const { O_CREAT, O_WRONLY } = constants

/**
 * A disk. What processes do to it by {@link SimDisk.viewOf} may fail or take time; all other methods are those of the
 * scenario and of the invariants, and act at once.
 */
export class SimDisk implements Disk {
  readonly #world: World
  readonly #tree: FileTree
  readonly #room: DiskRoom

  constructor(world: World) {
    this.#world = world
    this.#tree = new FileTree(() => world.scheduler.nowMs)
    this.#room = new DiskRoom(world, this.#tree)
  }

  /** The file system that a process sees. */
  viewOf(process: SimProcess): FileSystem {
    return new TreeFiles(
      this.#tree,
      new ProcessCalls(process, this.#tree, this.#room),
      () => this.#room.freeBytes,
    )
  }

  /** Makes a hasher of files that a process sees, with the leaves of the simulation. */
  hasherOf(process: SimProcess): RangeHasher {
    return hasherOn(process.runtime.files, LIMITS.leafSize)
  }

  /** A host has lost power, and its processes are killed: what they have not synced is lost, or only some of it. */
  powerCut(host: Host): void {
    const { choices, faults } = this.#world
    const name = `${host.name}/power-cut`
    const lost = this.#tree.losePower(host, {
      keptChanges: (changes) => choices.between(`${name}/kept-names`, 0, changes),
      keptBytes: (bytes) => {
        const kept = choices.pick(`${name}/kept-write`, ['none', 'all', 'some'])
        if (kept === 'some') return choices.between(`${name}/kept-bytes`, 0, bytes)
        return kept === 'all' ? bytes : 0
      },
    })
    if (lost) faults.tookEffect('power-cut')
  }

  /**
   * Someone replaces a file by another one, or deletes it. Processes that have it open still have the old one. A file that
   * does not exist is created.
   *
   * @param content - `undefined`: the file is deleted
   */
  replaceFile(path: string, content: string | Uint8Array | undefined): void {
    this.#tree.actAs(undefined)
    if (this.exists(path)) {
      this.#world.faults.tookEffect('file-replaced')
      this.#tree.unlink(path)
    }
    this.#world.note('disk', () => `${path} is ${content === undefined ? 'deleted' : 'replaced'}`)
    if (content === undefined) return
    this.#write(path, content)
  }

  /** Someone writes into a file that exists: it stays the same file. */
  overwriteFile(path: string, content: Uint8Array): void {
    this.#tree.actAs(undefined)
    this.#world.faults.tookEffect('file-replaced')
    this.#world.note('disk', () => `${path} is changed`)
    this.#write(path, content)
  }

  /** Creates a folder, and those around it, if it does not exist. */
  makeFolder(path: string): void {
    this.#tree.actAs(undefined)
    if (this.exists(path)) return
    this.makeFolder(dirname(path))
    this.#tree.mkdir(path, 0o777)
  }

  /** Whether a file or a folder exists. */
  exists(path: string): boolean {
    return this.#tree.find(path, 'stat') !== undefined
  }

  /** The bytes of a file; `undefined` if it does not exist. */
  bytesOf(path: string): Buffer | undefined {
    const node = this.#tree.find(path, 'open')
    if (node?.kind === 'folder') throw systemError('EISDIR', 'read', path)
    return node?.content.copy()
  }

  /** The text of a file; `undefined` if it does not exist. */
  textOf(path: string): string | undefined {
    return this.bytesOf(path)?.toString()
  }

  /** The sorted names in a folder. */
  namesIn(folder: string): string[] {
    return [...this.#tree.folderAt(folder, 'scandir').entries.keys()].sort()
  }

  /** The sorted paths of all files and empty folders in a folder, at any depth. */
  pathsIn(folder: string): string[] {
    const paths: string[] = []
    for (const name of this.namesIn(folder)) {
      const path = `${folder}/${name}`
      const isFile = this.#tree.at(path, 'stat').kind === 'file'
      const inner = isFile ? [] : this.pathsIn(path)
      if (inner.length === 0) paths.push(path)
      else paths.push(...inner)
    }
    return paths
  }

  #write(path: string, content: string | Uint8Array): void {
    const node = this.#tree.open(path, O_WRONLY | O_CREAT, 0o600)
    if (node.kind === 'file') this.#tree.write(node, Buffer.from(content), 0)
    this.#tree.release(node)
  }
}
