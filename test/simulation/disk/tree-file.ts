/** An open file, or an open folder, of a {@link FileTree}. */
import { constants } from 'node:fs'
import type { FileStats, OpenFile } from '../../../lib/runtime/file-system.js'
import type { DiskCall, DiskCalls } from './disk-calls.js'
import type { FileTree } from './file-tree.js'
import { statsOf, type DiskNode, type FileNode } from './nodes.js'
import { systemError } from './system-error.js'

const ACCESS = constants.O_RDONLY | constants.O_WRONLY | constants.O_RDWR

/** An open file. */
export class TreeFile implements OpenFile {
  readonly #path: string
  readonly #flags: number
  readonly #tree: FileTree
  readonly #calls: DiskCalls
  /** `undefined` when the file is closed. */
  #node: DiskNode | undefined
  #position = 0

  constructor(path: string, flags: number, node: DiskNode, tree: FileTree, calls: DiskCalls) {
    this.#path = path
    this.#flags = flags
    this.#node = node
    this.#tree = tree
    this.#calls = calls
  }

  read(buffer: Uint8Array, offset: number, length: number, position?: number): Promise<number> {
    return this.#call('read', (node) => {
      if ((this.#flags & ACCESS) === constants.O_WRONLY) throw systemError('EBADF', 'read')
      if (node.kind === 'folder') throw systemError('EISDIR', 'read')
      const count = node.content.read(buffer, offset, length, position ?? this.#position)
      if (position === undefined) this.#position += count
      return count
    })
  }

  write(bytes: Uint8Array, position?: number): Promise<number> {
    return this.#call('write', (node) => {
      const file = this.#writable(node, 'EBADF', 'write')
      const { length } = file.content
      // Linux appends to a file that is opened for appending, whatever the position.
      const start = this.#flags & constants.O_APPEND ? length : (position ?? this.#position)
      const growth = Math.max(0, start + bytes.length - Math.max(start, length))
      const count = bytes.length === 0 ? 0 : this.#calls.bytesTaken(this.#path, bytes.length, growth)
      if (count > 0) this.#tree.write(file, count < bytes.length ? bytes.subarray(0, count) : bytes, start)
      if (position === undefined) this.#position = start + count
      return count
    })
  }

  writev(chunks: readonly Uint8Array[], position: number): Promise<number> {
    return this.write(Buffer.concat(chunks), position)
  }

  async writeFile(data: string | Uint8Array): Promise<void> {
    let rest: Uint8Array = typeof data === 'string' ? Buffer.from(data) : data
    while (rest.length > 0) rest = rest.subarray(await this.write(rest))
  }

  sync(): Promise<void> {
    return this.#call('sync', (node) => {
      this.#tree.sync(node)
    })
  }

  datasync(): Promise<void> {
    return this.sync()
  }

  truncate(length: number): Promise<void> {
    return this.#call('truncate', (node) => {
      this.#tree.truncate(this.#writable(node, 'EINVAL', 'ftruncate'), length)
    })
  }

  stat(): Promise<FileStats> {
    return this.#call('stat', statsOf)
  }

  chmod(mode: number): Promise<void> {
    return this.#call('chmod', (node) => {
      node.mode = mode
    })
  }

  chown(uid: number, gid: number): Promise<void> {
    return this.#call('chown', (node) => {
      node.uid = uid
      node.gid = gid
    })
  }

  /** Closing it again does nothing, as in Node. */
  async close(): Promise<void> {
    const node = this.#node
    if (!node) return
    this.#node = undefined // also if closing reports an error
    if (this.#calls.closed()) this.#tree.release(node)
    return this.#calls.call('close', this.#path, () => undefined)
  }

  #call<Result>(call: DiskCall, effect: (node: DiskNode) => Result): Promise<Result> {
    return this.#calls.call(call, this.#path, () => effect(this.#opened(call)))
  }

  #opened(call: DiskCall): DiskNode {
    if (!this.#node) throw systemError('EBADF', call)
    return this.#node
  }

  #writable(node: DiskNode, otherwise: 'EBADF' | 'EINVAL', syscall: string): FileNode {
    if ((this.#flags & ACCESS) === constants.O_RDONLY || node.kind === 'folder')
      throw systemError(otherwise, syscall)
    return node
  }
}
