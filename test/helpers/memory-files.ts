import { constants } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import type { FileStats, FileSystem, OpenFile } from '../../lib/runtime/file-system.js'

interface MemoryFile {
  readonly kind: 'file'
  readonly ino: bigint
  bytes: Buffer
  /** The bytes that are on disk. */
  synced: Buffer
  mode: number
  mtimeMs: number
}

interface MemoryFolder {
  readonly kind: 'folder'
  readonly ino: bigint
  readonly entries: Map<string, MemoryFile | MemoryFolder>
  /** The entries that are on disk. */
  synced: Map<string, MemoryFile | MemoryFolder>
  mode: number
  mtimeMs: number
}

type Entry = MemoryFile | MemoryFolder

const FLAGS: Record<string, number> = {
  r: constants.O_RDONLY,
  'r+': constants.O_RDWR,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  wx: constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
  'a+': constants.O_RDWR | constants.O_CREAT | constants.O_APPEND,
}

/** An error such as those of the system. */
export function systemError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: '${path}'`), { code, errno: -1, syscall: 'memory', path })
}

/**
 * A file system in memory that can fail and lose power. Bytes that were not synced, and names whose folder was not
 * synced, are lost by {@link MemoryFiles.restart}. It has no symbolic links, permissions or devices.
 */
export class MemoryFiles implements FileSystem {
  /** Decides how many bytes a write takes; throws to fail it. Default: all of them. */
  limitWrite: (path: string, bytes: number) => number = (_, bytes) => bytes
  readonly #now: () => number
  #inodes = 1n
  readonly #root: MemoryFolder = this.#folder(0o755)

  /** @param now - the clock of the file system: milliseconds since 1970 */
  constructor(now: () => number = () => 0) {
    this.#now = now
  }

  /** Number of changes until the power fails: every later change rejects. */
  stepsToPowerFailure = Infinity

  /**
   * The power is back: everything that was not on disk is lost.
   *
   * @param keep - the number of unsynced bytes at the end of a file that reached the disk all the same; default 0
   */
  restart(keep: (unsynced: number) => number = () => 0): void {
    this.stepsToPowerFailure = Infinity
    const lose = (entry: Entry): void => {
      if (entry.kind === 'file') {
        const unsynced = entry.bytes.length - entry.synced.length
        entry.bytes = entry.bytes.subarray(0, entry.synced.length + keep(unsynced))
        entry.synced = entry.bytes
        return
      }
      entry.entries.clear()
      for (const [name, kept] of entry.synced) {
        entry.entries.set(name, kept)
        lose(kept)
      }
    }
    lose(this.#root)
  }

  /** The text of a file. */
  text(path: string): string {
    return this.#fileAt(path).bytes.toString()
  }

  async open(path: string, flags: string | number, mode = 0o666): Promise<OpenFile> {
    const bits = typeof flags === 'number' ? flags : (FLAGS[flags] ?? 0)
    if (bits & constants.O_CREAT) this.#step(path)
    const found = this.#find(path)
    if (found && bits & constants.O_EXCL) throw systemError('EEXIST', path)
    if (found?.kind === 'folder') throw systemError('EISDIR', path)
    if (!found && !(bits & constants.O_CREAT)) throw systemError('ENOENT', path)
    const file = found ?? this.#add(path, this.#file(mode))
    if (bits & constants.O_TRUNC) file.bytes = Buffer.alloc(0)
    return this.#opened(path, file, (bits & constants.O_APPEND) !== 0)
  }

  async stat(path: string): Promise<FileStats> {
    return statsOf(this.#at(path))
  }

  lstat(path: string): Promise<FileStats> {
    return this.stat(path)
  }

  async readdir(path: string): Promise<string[]> {
    return [...this.#folderAt(path).entries.keys()]
  }

  async readFile(path: string): Promise<string> {
    return this.#fileAt(path).bytes.toString()
  }

  async writeFile(
    path: string,
    data: string | Uint8Array,
    { mode, flag = 'w' }: { readonly mode: number; readonly flag?: 'w' | 'wx' | undefined },
  ): Promise<void> {
    const file = await this.open(path, flag, mode)
    await file.writeFile(data)
  }

  async mkdir(path: string, mode: number): Promise<void> {
    this.#step(path)
    if (this.#find(path)) throw systemError('EEXIST', path)
    this.#add(path, this.#folder(mode))
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step(from)
    const entry = this.#at(from)
    const replaced = this.#find(to)
    if (replaced?.kind === 'folder' && replaced.entries.size > 0) throw systemError('ENOTEMPTY', to)
    if (replaced && replaced.kind !== entry.kind)
      throw systemError(entry.kind === 'folder' ? 'ENOTDIR' : 'EISDIR', to)
    this.#parent(to).entries.set(basename(to), entry)
    this.#parent(from).entries.delete(basename(from))
  }

  async rm(path: string): Promise<void> {
    if (this.#find(path)) await this.unlink(path)
  }

  async rmTree(path: string): Promise<void> {
    this.#step(path)
    if (this.#find(path)) this.#parent(path).entries.delete(basename(path))
  }

  async rmdir(path: string): Promise<void> {
    this.#step(path)
    if (this.#folderAt(path).entries.size > 0) throw systemError('ENOTEMPTY', path)
    this.#parent(path).entries.delete(basename(path))
  }

  async unlink(path: string): Promise<void> {
    this.#step(path)
    this.#fileAt(path)
    this.#parent(path).entries.delete(basename(path))
  }

  async readlink(path: string): Promise<string> {
    throw systemError('EINVAL', path)
  }

  async realpath(path: string): Promise<string> {
    this.#at(path)
    return resolve(path)
  }

  async statfs(): Promise<{ bsize: number; blocks: number; bavail: number }> {
    return { bsize: 4096, blocks: 0, bavail: 0 }
  }

  async syncFolder(path: string): Promise<void> {
    this.#step(path)
    const folder = this.#folderAt(path)
    folder.synced = new Map(folder.entries)
  }

  #opened(path: string, file: MemoryFile, appends: boolean): OpenFile {
    let at = 0
    const write = async (bytes: Uint8Array, position?: number): Promise<number> => {
      const start = position ?? (appends ? file.bytes.length : at)
      this.#step(path)
      const count = this.limitWrite(path, bytes.length)
      const grown = Buffer.alloc(Math.max(file.bytes.length, start + count))
      file.bytes.copy(grown)
      grown.set(bytes.subarray(0, count), start)
      file.bytes = grown
      file.mtimeMs = this.#now()
      at = start + count
      return count
    }
    const sync = async (): Promise<void> => {
      this.#step(path)
      file.synced = Buffer.from(file.bytes)
    }
    return {
      read: async (buffer, offset, length, position = at) => {
        const bytes = file.bytes.subarray(position, position + length)
        buffer.set(bytes, offset)
        at = position + bytes.length
        return bytes.length
      },
      write,
      writev: (chunks, position) => write(Buffer.concat(chunks), position),
      writeFile: async (data) => {
        for (let rest: Uint8Array = Buffer.from(data); rest.length > 0;)
          rest = rest.subarray(await write(rest))
      },
      sync,
      datasync: sync,
      truncate: async (length) => {
        file.bytes = Buffer.concat([file.bytes], length)
      },
      stat: async () => statsOf(file),
      chmod: async (mode) => {
        file.mode = mode
      },
      chown: async () => undefined,
      close: async () => undefined,
    }
  }

  #step(path: string): void {
    if (--this.stepsToPowerFailure < 0) throw systemError('EIO', path)
  }

  #file(mode: number): MemoryFile {
    const empty = Buffer.alloc(0)
    return { kind: 'file', ino: this.#inodes++, bytes: empty, synced: empty, mode, mtimeMs: this.#now() }
  }

  #folder(mode: number): MemoryFolder {
    return { kind: 'folder', ino: this.#inodes++, entries: new Map(), synced: new Map(), mode, mtimeMs: 0 }
  }

  #add<Kind extends Entry>(path: string, entry: Kind): Kind {
    this.#parent(path).entries.set(basename(path), entry)
    return entry
  }

  #parent(path: string): MemoryFolder {
    return this.#folderAt(dirname(resolve(path)))
  }

  #find(path: string): Entry | undefined {
    let entry: Entry | undefined = this.#root
    for (const name of resolve(path).split('/').filter(Boolean)) {
      if (entry?.kind === 'file') throw systemError('ENOTDIR', path)
      entry = entry?.entries.get(name)
    }
    return entry
  }

  #at(path: string): Entry {
    const found = this.#find(path)
    if (!found) throw systemError('ENOENT', path)
    return found
  }

  #fileAt(path: string): MemoryFile {
    const found = this.#at(path)
    if (found.kind !== 'file') throw systemError('EISDIR', path)
    return found
  }

  #folderAt(path: string): MemoryFolder {
    const found = this.#at(path)
    if (found.kind !== 'folder') throw systemError('ENOTDIR', path)
    return found
  }
}

function statsOf(entry: Entry): FileStats {
  const size = entry.kind === 'file' ? entry.bytes.length : 0
  return {
    ino: entry.ino,
    dev: 1n,
    size,
    blocks: Math.ceil(size / 512),
    mode: entry.mode,
    uid: 0,
    gid: 0,
    mtimeMs: entry.mtimeMs,
    birthtimeNs: entry.ino,
    isFile: () => entry.kind === 'file',
    isDirectory: () => entry.kind === 'folder',
    isSymbolicLink: () => false,
    isFIFO: () => false,
    isSocket: () => false,
  }
}
