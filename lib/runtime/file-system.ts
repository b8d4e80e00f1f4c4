/**
 * The file system that a program uses: the calls that the catalog, the locks and the retrieved files need, and no others.
 * Functions behave as those of the same name in `node:fs/promises`, and reject with the same errors: callers decide on
 * `code`, such as `ENOENT`, `EEXIST` and `ENOTEMPTY`. A simulation implements this interface in memory.
 */

/** Facts about a file, a folder or whatever else a path leads to. */
export interface FileStats {
  /** The inode: equal for two paths, with an equal `dev`, if they lead to one file. */
  readonly ino: bigint
  /** The file system's device. */
  readonly dev: bigint
  /** Bytes. */
  readonly size: number
  /** Blocks of 512 bytes that the file takes up. */
  readonly blocks: number
  /** The kind of the file, and its permissions in the lowest 12 bits. */
  readonly mode: number
  /** The user who owns it. */
  readonly uid: number
  /** The group that owns it. */
  readonly gid: number
  /** When its bytes were last written: milliseconds since 1970 by the clock of the file system. */
  readonly mtimeMs: number
  /** When it was created: nanoseconds since 1970; 0 if the file system does not say. */
  readonly birthtimeNs: bigint
  isFile(): boolean
  isDirectory(): boolean
  isSymbolicLink(): boolean
  isFIFO(): boolean
  isSocket(): boolean
}

/** Free space in a file system. */
export interface FileSystemSpace {
  /** Bytes in a block. */
  readonly bsize: number
  /** Blocks of the file system; 0 if it has no size. */
  readonly blocks: number
  /** Blocks that this user may still write. */
  readonly bavail: number
}

/** An open file. A write may take fewer bytes than it is given: the result says how many. */
export interface OpenFile {
  /**
   * Reads bytes into a buffer.
   *
   * @param offset - in the buffer
   * @param length - maximum number of bytes
   * @param position - in the file; default: where the last read ended
   * @returns the number of bytes; 0 at the end of the file
   */
  read(buffer: Uint8Array, offset: number, length: number, position?: number): Promise<number>
  /**
   * Writes bytes in one system call.
   *
   * @param position - in the file; default: where the last write ended, or the end of a file opened with `a`
   * @returns the number of bytes that were written
   */
  write(bytes: Uint8Array, position?: number): Promise<number>
  /** Writes several buffers in one system call; as {@link OpenFile.write}. */
  writev(chunks: readonly Uint8Array[], position: number): Promise<number>
  /** Writes all of the data from where the last write ended, in as many system calls as needed. */
  writeFile(data: string | Uint8Array): Promise<void>
  /** Resolves when the bytes and all metadata are on disk. */
  sync(): Promise<void>
  /** Resolves when the bytes, and the metadata needed to read them, are on disk. */
  datasync(): Promise<void>
  /** Shortens or extends the file to so many bytes. */
  truncate(length: number): Promise<void>
  /** Facts about the file, even if its path leads elsewhere by now. */
  stat(): Promise<FileStats>
  /** Sets the permissions. */
  chmod(mode: number): Promise<void>
  /** Sets the owner and the group. */
  chown(uid: number, gid: number): Promise<void>
  /** Closes the file; later calls reject. */
  close(): Promise<void>
}

/** How {@link FileSystem.writeFile} creates a file. */
export interface WriteFileOptions {
  /** Permissions of a new file. */
  readonly mode: number
  /** Default `w`; `wx` fails with `EEXIST` if the file exists. */
  readonly flag?: 'w' | 'wx' | undefined
}

/** A file system. Paths are absolute, or relative to the working directory. */
export interface FileSystem {
  /** The ID of the user as whom files are accessed; `undefined` if users have no IDs, as on Windows. */
  readonly user?: number | undefined
  /**
   * Opens a file.
   *
   * @param flags - as in `fs.open`, such as `r`, `r+`, `a+`, `wx`, or constants such as `O_RDWR | O_NOFOLLOW`
   * @param mode - permissions of a new file
   */
  open(path: string, flags: string | number, mode?: number): Promise<OpenFile>
  /** Follows symbolic links. */
  stat(path: string): Promise<FileStats>
  /** Does not follow a symbolic link at the end of the path. */
  lstat(path: string): Promise<FileStats>
  /**
   * The names in a folder, in no particular order.
   *
   * @param most - a number of names after which the rest may be left out
   */
  readdir(path: string, most: number): Promise<string[]>
  /** The text of a file in UTF-8. */
  readFile(path: string): Promise<string>
  /** Creates a file with this content, or replaces the content of a file. */
  writeFile(path: string, data: string | Uint8Array, options: WriteFileOptions): Promise<void>
  /** Creates one folder. */
  mkdir(path: string, mode: number): Promise<void>
  /** Gives a file or folder another path, and replaces a file or an empty folder there. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file; resolves as well if it does not exist. */
  rm(path: string): Promise<void>
  /** Removes a folder with everything in it; resolves as well if it does not exist. */
  rmTree(path: string): Promise<void>
  /** Removes an empty folder. */
  rmdir(path: string): Promise<void>
  /** Removes a file. */
  unlink(path: string): Promise<void>
  /** The path that a symbolic link contains. */
  readlink(path: string): Promise<string>
  /** The absolute path without symbolic links. */
  realpath(path: string): Promise<string>
  /** The free space of the file system of a path. */
  statfs(path: string): Promise<FileSystemSpace>
  /** Resolves when the names in a folder are on disk: files that were created, renamed or removed there. */
  syncFolder(path: string): Promise<void>
}
