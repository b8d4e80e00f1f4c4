/**
 * A tree of files and folders in memory, with the results and errors of Linux. It has no symbolic links, and everything
 * is permitted to everyone.
 *
 * - Bytes are lost by a power cut until their file is synced, and names until their folder is synced. The changes of names
 *   in one folder reach the disk in their order.
 * - A change by one host makes durable the names that another host has changed before, and a write the bytes that
 *   another host has written to the file: a file server orders them. So a host loses only its own changes.
 * - The inode of a file that is gone is given to a new file, as by ext4.
 */
import { constants } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { KeptBytes } from './file-content.js'
import { NameChanges, type Author, type NewName } from './name-changes.js'
import { newNode, type DiskNode, type FileNode, type FolderNode } from './nodes.js'
import { systemError } from './system-error.js'

const UMASK = 0o022

/** The losses of a power cut. */
export interface Losses {
  /** Decides how many of the unsynced changes of names in a folder reach the disk, from the first on. */
  readonly keptChanges: (changes: number) => number
  readonly keptBytes: KeptBytes
}

/** A tree of files and folders. */
export class FileTree {
  /** The bytes of all files. */
  usedBytes = 0
  readonly #now: () => number
  #births = 0
  #lastInode = 1
  readonly #freeInodes: number[] = []
  readonly #root: FolderNode
  /** The host that makes the next changes. */
  #author: Author
  readonly #names: NameChanges
  readonly #namesOfPaths = new Map<string, readonly string[]>()
  /** Files with bytes that are not on disk, and the host that has written them. */
  readonly #unsyncedFiles = new Map<FileNode, Author>()

  /** @param now - the clock of the disk: milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now
    this.#names = new NameChanges((node) => {
      this.release(node)
    })
    this.#root = this.#newNode('folder', 0o755)
    this.#root.references = 1
  }

  /** States the host that makes the next changes. */
  actAs(author: Author): void {
    this.#author = author
  }

  /** The node that a path leads to. */
  find(path: string, syscall: string): DiskNode | undefined {
    return this.#follow(this.#namesOf(path), path, syscall)
  }

  /** The node that some names lead to, one after the other. */
  #follow(names: readonly string[], path: string, syscall: string): DiskNode | undefined {
    let node: DiskNode | undefined = this.#root
    for (const name of names) {
      if (!node) return undefined
      if (node.kind === 'file') throw systemError('ENOTDIR', syscall, path)
      node = node.entries.get(name)
    }
    return node
  }

  /** The names in a path. They are kept: a run has few paths, and many calls with each. */
  #namesOf(path: string): readonly string[] {
    const names = this.#namesOfPaths.get(path) ?? resolve(path).split('/').filter(Boolean)
    this.#namesOfPaths.set(path, names)
    return names
  }

  /** As {@link FileTree.find}, with an error if there is nothing. */
  at(path: string, syscall: string): DiskNode {
    const node = this.find(path, syscall)
    if (!node) throw systemError('ENOENT', syscall, path)
    return node
  }

  folderAt(path: string, syscall: string): FolderNode {
    const node = this.at(path, syscall)
    if (node.kind === 'file') throw systemError('ENOTDIR', syscall, path)
    return node
  }

  /**
   * Opens or creates a file, or opens a folder for reading. The handle must be closed by {@link FileTree.release}.
   *
   * @param flags - the constants of `fs.open`
   */
  open(path: string, flags: number, mode: number): DiskNode {
    let node = this.find(path, 'open')
    if (node && flags & constants.O_CREAT && flags & constants.O_EXCL)
      throw systemError('EEXIST', 'open', path)
    const changes = constants.O_CREAT | constants.O_TRUNC | constants.O_RDWR | constants.O_WRONLY
    if (node?.kind === 'folder' && flags & changes) throw systemError('EISDIR', 'open', path)
    if (!node) {
      if (!(flags & constants.O_CREAT)) throw systemError('ENOENT', 'open', path)
      const folder = this.#parentOf(path, 'open')
      node = this.#newNode('file', mode & ~UMASK)
      this.#change(folder, [basename(path), node])
    } else if (node.kind === 'file' && flags & constants.O_TRUNC) this.truncate(node, 0)
    node.references++
    return node
  }

  /** Gives up a reference to a node. */
  release(node: DiskNode): void {
    if (--node.references > 0) return
    this.#freeInodes.push(node.inode)
    this.sync(node) // nothing of it is left that could be lost
  }

  write(file: FileNode, bytes: Uint8Array, start: number): void {
    this.#changing(file)
    file.content.write(bytes, start)
    this.#changed(file)
  }

  truncate(file: FileNode, length: number): void {
    this.#changing(file)
    file.content.truncate(length)
    this.#changed(file)
  }

  sync(node: DiskNode): void {
    if (node.kind === 'folder') {
      this.#names.commit(node)
      return
    }
    node.content.sync()
    this.#unsyncedFiles.delete(node)
  }

  mkdir(path: string, mode: number): void {
    if (this.find(path, 'mkdir')) throw systemError('EEXIST', 'mkdir', path)
    this.#change(this.#parentOf(path, 'mkdir'), [basename(path), this.#newNode('folder', mode & ~UMASK)])
  }

  rename(from: string, to: string): void {
    const fail = (code: Parameters<typeof systemError>[0]): never => {
      throw systemError(code, 'rename', from)
    }
    const [source, target] = [this.#parentOf(from, 'rename'), this.#parentOf(to, 'rename')]
    const node = this.at(from, 'rename')
    const replaced = this.find(to, 'rename')
    if (node === replaced) return
    if (node.kind === 'folder' && `${resolve(to)}/`.startsWith(`${resolve(from)}/`)) fail('EINVAL')
    if (replaced && `${resolve(from)}/`.startsWith(`${resolve(to)}/`)) fail('ENOTEMPTY')
    if (replaced && replaced.kind !== node.kind) fail(node.kind === 'folder' ? 'ENOTDIR' : 'EISDIR')
    if (replaced?.kind === 'folder' && replaced.entries.size > 0) fail('ENOTEMPTY')
    this.#count(replaced)
    if (source === target) {
      this.#change(source, [basename(from), undefined], [basename(to), node])
      return
    }
    this.#change(target, [basename(to), node])
    this.#change(source, [basename(from), undefined])
  }

  unlink(path: string): void {
    const node = this.at(path, 'unlink')
    if (node.kind === 'folder') throw systemError('EISDIR', 'unlink', path)
    this.#remove(path, node)
  }

  rmdir(path: string): void {
    const node = this.folderAt(path, 'rmdir')
    if (node.entries.size > 0) throw systemError('ENOTEMPTY', 'rmdir', path)
    this.#remove(path, node)
  }

  rmTree(path: string): void {
    const node = this.find(path, 'rm')
    if (!node) return
    if (node.kind === 'folder') for (const name of [...node.entries.keys()]) this.rmTree(`${path}/${name}`)
    this.#remove(path, node)
  }

  /** The power of a host fails. Returns whether anything was lost. */
  losePower(author: Author, { keptChanges, keptBytes }: Losses): boolean {
    let lost = this.#names.losePower(author, keptChanges)
    for (const [file, writer] of this.#unsyncedFiles) {
      if (writer !== author) continue
      file.content.losePower((bytes) => {
        const kept = keptBytes(bytes)
        lost ||= kept < bytes
        return kept
      })
      this.#unsyncedFiles.delete(file)
    }
    return lost
  }

  /** Everything is on disk. */
  syncAll(): void {
    this.#names.commitAll()
    for (const file of this.#unsyncedFiles.keys()) this.sync(file)
  }

  #newNode<Kind extends DiskNode['kind']>(kind: Kind, mode: number): Extract<DiskNode, { kind: Kind }> {
    const mtimeMs = this.#now()
    // Two files that have the same inode one after the other never have the same time of birth.
    const birthtimeNs = BigInt(Math.floor(mtimeMs)) * 1_000_000n + BigInt(++this.#births % 1_000_000)
    return newNode(kind, { inode: this.#freeInodes.pop() ?? ++this.#lastInode, birthtimeNs, mode, mtimeMs })
  }

  #parentOf(path: string, syscall: string): FolderNode {
    const node = this.#follow(this.#namesOf(path).slice(0, -1), path, syscall)
    if (node?.kind === 'folder') return node
    throw systemError(node ? 'ENOTDIR' : 'ENOENT', syscall, path)
  }

  #remove(path: string, node: DiskNode): void {
    this.#count(node)
    this.#change(this.#parentOf(path, 'unlink'), [basename(path), undefined])
  }

  /** The bytes of a file that is removed are free. */
  #count(removed: DiskNode | undefined): void {
    if (removed?.kind === 'file') this.usedBytes -= removed.content.length
  }

  /** Changes names in a folder in one step. */
  #change(folder: FolderNode, ...names: readonly NewName[]): void {
    this.#names.change(this.#author, folder, names)
    folder.mtimeMs = this.#now()
  }

  #changing(file: FileNode): void {
    this.usedBytes -= file.content.length
    if (this.#unsyncedFiles.get(file) !== this.#author) file.content.sync()
  }

  #changed(file: FileNode): void {
    this.usedBytes += file.content.length
    file.mtimeMs = this.#now()
    if (this.#author === undefined) file.content.sync()
    else this.#unsyncedFiles.set(file, this.#author)
  }
}
