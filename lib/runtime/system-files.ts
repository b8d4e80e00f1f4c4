/** The file system of the machine, by `node:fs/promises`. */
import {
  lstat,
  mkdir,
  open,
  opendir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import type { FileStats, FileSystem, OpenFile } from './file-system.js'

const NS_PER_MS = 1_000_000
/** Names that are read from a folder by one call. */
const NAMES_AT_ONCE = 1000

/** Makes the {@link FileSystem} of a platform: Windows cannot sync a folder, and does without. */
export function systemFilesOn(platform: NodeJS.Platform): FileSystem {
  return {
    user: process.geteuid?.(),
    open: async (path, flags, mode) => openFile(await open(path, flags, mode)),
    stat: async (path) => fileStats(await stat(path, { bigint: true })),
    lstat: async (path) => fileStats(await lstat(path, { bigint: true })),
    readdir: namesIn,
    readFile: (path) => readFile(path, 'utf8'),
    writeFile,
    mkdir: async (path, mode) => {
      await mkdir(path, { mode })
    },
    rename,
    rm: (path) => rm(path, { force: true }),
    rmTree: (path) => rm(path, { recursive: true, force: true }),
    rmdir: (path) => rmdir(path),
    unlink,
    readlink: (path) => readlink(path),
    realpath: (path) => realpath(path),
    statfs: (path) => statfs(path),
    syncFolder: async (path) => {
      if (platform === 'win32') return
      const folder = await open(path)
      await folder.sync().finally(() => folder.close())
    },
  }
}

/** The file system of this machine. */
export const systemFiles: FileSystem = systemFilesOn(process.platform)

/** The names in a folder. A folder of any size takes no more memory than the names that are returned. */
async function namesIn(path: string, most: number): Promise<string[]> {
  const names: string[] = []
  for await (const { name } of await opendir(path, { bufferSize: NAMES_AT_ONCE }))
    if (names.push(name) >= most) break
  return names
}

function openFile(handle: FileHandle): OpenFile {
  return {
    read: async (buffer, offset, length, position) =>
      (await handle.read(buffer, offset, length, position ?? null)).bytesRead,
    write: async (bytes, position) =>
      (await handle.write(bytes, 0, bytes.length, position ?? null)).bytesWritten,
    writev: async (chunks, position) => (await handle.writev(chunks, position)).bytesWritten,
    writeFile: (data) => handle.writeFile(data),
    sync: () => handle.sync(),
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    stat: async () => fileStats(await handle.stat({ bigint: true })),
    chmod: (mode) => handle.chmod(mode),
    chown: (uid, gid) => handle.chown(uid, gid),
    close: () => handle.close(),
  }
}

function fileStats(stats: BigIntStats): FileStats {
  return {
    ino: stats.ino,
    dev: stats.dev,
    size: Number(stats.size),
    blocks: Number(stats.blocks),
    mode: Number(stats.mode),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mtimeMs: Number(stats.mtimeNs) / NS_PER_MS,
    birthtimeNs: stats.birthtimeNs,
    isFile: () => stats.isFile(),
    isDirectory: () => stats.isDirectory(),
    isSymbolicLink: () => stats.isSymbolicLink(),
    isFIFO: () => stats.isFIFO(),
    isSocket: () => stats.isSocket(),
  }
}
