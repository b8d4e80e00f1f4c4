/** The changes of names in folders, and which of them would be lost without power. */
import type { DiskNode, FolderNode } from './nodes.js'

/** A host, as the author of changes; `undefined` for a change that is on disk at once. */
export type Author = object | undefined

/** A name, and what it leads to from now on; `undefined`: it is removed. */
export type NewName = readonly [name: string, node: DiskNode | undefined]

/** The changes of names that are not on disk. All of them were made by the same host. */
export class NameChanges {
  readonly #release: (node: DiskNode) => void
  readonly #folders = new Set<FolderNode>()
  #author: Author

  /** @param release - gives up a reference to a node */
  constructor(release: (node: DiskNode) => void) {
    this.#release = release
  }

  /** Changes names in a folder in one step. */
  change(author: Author, folder: FolderNode, names: readonly NewName[]): void {
    if (author !== this.#author) {
      this.commitAll()
      this.#author = author
    }
    folder.unsynced.push(names.map(([name]) => [name, folder.entries.get(name)]))
    for (const [name, node] of names) setEntry(folder, name, node)
    this.#folders.add(folder)
    if (author === undefined) this.commit(folder)
  }

  /** The names in a folder are on disk from now on. */
  commit(folder: FolderNode): void {
    if (folder.unsynced.length === 0) return
    const changes = folder.unsynced
    folder.unsynced = []
    this.#folders.delete(folder)
    for (const change of changes) for (const [, before] of change) if (before) this.#release(before)
  }

  /** The names in all folders are on disk from now on. */
  commitAll(): void {
    for (const folder of this.#folders) this.commit(folder)
  }

  /** The power of a host fails. Returns whether anything was lost. */
  losePower(author: Author, keptChanges: (changes: number) => number): boolean {
    let lost = false
    if (this.#author !== author) return lost
    for (const folder of this.#folders) {
      const kept = keptChanges(folder.unsynced.length)
      lost ||= kept < folder.unsynced.length
      this.#revert(folder, kept)
      this.commit(folder)
      this.#folders.delete(folder)
    }
    return lost
  }

  /** Takes back all unsynced changes of a folder but the first ones. */
  #revert(folder: FolderNode, kept: number): void {
    for (const change of folder.unsynced.splice(kept).toReversed())
      for (const [name, before] of change) {
        const node = folder.entries.get(name)
        if (before) folder.entries.set(name, before)
        else folder.entries.delete(name)
        if (node) this.#release(node)
      }
  }
}

/** The reference of the name to an earlier node passes to the unsynced change. */
function setEntry(folder: FolderNode, name: string, node: DiskNode | undefined): void {
  if (!node) {
    folder.entries.delete(name)
    return
  }
  folder.entries.set(name, node)
  node.references++
}
