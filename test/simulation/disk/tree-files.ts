/** The file system of a process, on a {@link FileTree} that other processes may use as well. */
import { constants } from 'node:fs'
import { resolve } from 'node:path'
import type {
  FileStats,
  FileSystem,
  FileSystemSpace,
  OpenFile,
  WriteFileOptions,
} from '../../../lib/runtime/file-system.js'
import type { DiskCalls } from './disk-calls.js'
import type { FileTree } from './file-tree.js'
import { statsOf } from './nodes.js'
import { systemError } from './system-error.js'
import { TreeFile } from './tree-file.js'

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants

const FLAGS: Readonly<Record<string, number>> = {
  r: O_RDONLY,
  'r+': O_RDWR,
  w: O_WRONLY | O_CREAT | O_TRUNC,
  wx: O_WRONLY | O_CREAT | O_EXCL,
  'w+': O_RDWR | O_CREAT | O_TRUNC,
  'wx+': O_RDWR | O_CREAT | O_EXCL,
  a: O_WRONLY | O_CREAT | O_APPEND,
  ax: O_WRONLY | O_CREAT | O_APPEND | O_EXCL,
  'a+': O_RDWR | O_CREAT | O_APPEND,
  'ax+': O_RDWR | O_CREAT | O_APPEND | O_EXCL,
}

/** The bytes in a block of the disk. */
const BLOCK_BYTES = 4096
/** The blocks of a disk: 1 TiB. */
const DISK_BLOCKS = 2 ** 28

/** The file system of a process. */
export class TreeFiles implements FileSystem {
  readonly #tree: FileTree
  readonly #calls: DiskCalls
  readonly #freeBytes: () => number

  /**
   * @param calls - the calls of the process
   * @param freeBytes - the free bytes that the file system states; at most 1 TiB
   */
  constructor(tree: FileTree, calls: DiskCalls, freeBytes: () => number = () => Infinity) {
    this.#tree = tree
    this.#calls = calls
    this.#freeBytes = freeBytes
  }

  open(path: string, flags: string | number, mode = 0o666): Promise<OpenFile> {
    const bits = typeof flags === 'number' ? flags : stringToFlags(flags)
    return this.#calls.call('open', path, () => {
      if (bits & O_CREAT && !this.#tree.find(path, 'open')) this.#calls.creating('open', path)
      const node = this.#tree.open(path, bits, mode)
      this.#calls.opened()
      return new TreeFile(path, bits, node, this.#tree, this.#calls)
    })
  }

  stat(path: string): Promise<FileStats> {
    return this.#calls.call('stat', path, () => statsOf(this.#tree.at(path, 'stat')))
  }

  lstat(path: string): Promise<FileStats> {
    return this.#calls.call('stat', path, () => statsOf(this.#tree.at(path, 'lstat')))
  }

  readdir(path: string): Promise<string[]> {
    return this.#calls.call('readdir', path, () => [...this.#tree.folderAt(path, 'scandir').entries.keys()])
  }

  readFile(path: string): Promise<string> {
    return this.#calls.call('readFile', path, () => {
      const node = this.#tree.at(path, 'open')
      if (node.kind === 'folder') throw systemError('EISDIR', 'read')
      return node.content.copy().toString()
    })
  }

  /** In several calls, as in Node: a process can be killed between them. */
  async writeFile(
    path: string,
    data: string | Uint8Array,
    { mode, flag = 'w' }: WriteFileOptions,
  ): Promise<void> {
    const file = await this.open(path, flag, mode)
    try {
      await file.writeFile(data)
    } finally {
      await file.close()
    }
  }

  mkdir(path: string, mode: number): Promise<void> {
    return this.#calls.call('mkdir', path, () => {
      if (!this.#tree.find(path, 'mkdir')) this.#calls.creating('mkdir', path)
      this.#tree.mkdir(path, mode)
    })
  }

  rename(from: string, to: string): Promise<void> {
    return this.#calls.call('rename', to, () => {
      this.#tree.rename(from, to)
    })
  }

  rm(path: string): Promise<void> {
    return this.#calls.call('rm', path, () => {
      const found = this.#tree.find(path, 'rm')
      if (found?.kind === 'folder') throw Object.assign(new Error(path), { code: 'ERR_FS_EISDIR' })
      if (found) this.#tree.unlink(path)
    })
  }

  rmTree(path: string): Promise<void> {
    return this.#calls.call('rmTree', path, () => {
      this.#tree.rmTree(path)
    })
  }

  rmdir(path: string): Promise<void> {
    return this.#calls.call('rmdir', path, () => {
      this.#tree.rmdir(path)
    })
  }

  unlink(path: string): Promise<void> {
    return this.#calls.call('unlink', path, () => {
      this.#tree.unlink(path)
    })
  }

  readlink(path: string): Promise<string> {
    return this.#calls.call('readlink', path, () => {
      this.#tree.at(path, 'readlink')
      throw systemError('EINVAL', 'readlink', path)
    })
  }

  realpath(path: string): Promise<string> {
    return this.#calls.call('realpath', path, () => {
      this.#tree.at(path, 'realpath')
      return resolve(path)
    })
  }

  statfs(path: string): Promise<FileSystemSpace> {
    return this.#calls.call('statfs', path, () => {
      this.#tree.at(path, 'statfs')
      const free = Math.floor(this.#freeBytes() / BLOCK_BYTES)
      return { bsize: BLOCK_BYTES, blocks: DISK_BLOCKS, bavail: Math.min(free, DISK_BLOCKS) }
    })
  }

  syncFolder(path: string): Promise<void> {
    return this.#calls.call('syncFolder', path, () => {
      this.#tree.sync(this.#tree.at(path, 'open'))
    })
  }
}

function stringToFlags(flags: string): number {
  const bits = FLAGS[flags]
  if (bits === undefined) throw new TypeError(`The simulated disk does not know the flags ${flags}.`)
  return bits
}
