import type { FileStats, OpenFile } from '../../lib/runtime/file-system.js'
import { MemoryFiles } from './memory-files.js'

/** Files in memory that say how they are used. */
export class WatchedFiles extends MemoryFiles {
  /** The number of files that are open. */
  openFiles = 0
  /** The bytes that were read, by the path of the file. */
  readonly bytesRead = new Map<string, number>()
  /** The largest number of bytes of one write. */
  longestWriteBytes = 0
  /** Changes what `stat` says of a path. */
  changeStats: (path: string, stats: FileStats) => FileStats = (_, stats) => stats

  override async open(path: string, flags: string | number, mode?: number): Promise<OpenFile> {
    const file = await super.open(path, flags, mode)
    this.openFiles++
    const [read, write, close] = [file.read.bind(file), file.write.bind(file), file.close.bind(file)]
    file.read = async (...args) => {
      const count = await read(...args)
      this.bytesRead.set(path, (this.bytesRead.get(path) ?? 0) + count)
      return count
    }
    file.write = (bytes, position) => {
      this.longestWriteBytes = Math.max(this.longestWriteBytes, bytes.length)
      return write(bytes, position)
    }
    file.close = async () => {
      await close()
      this.openFiles--
    }
    return file
  }

  override async stat(path: string): Promise<FileStats> {
    return this.changeStats(path, await super.stat(path))
  }
}
