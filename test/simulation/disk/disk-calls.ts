/** The calls of a simulated disk, as one process makes them: where time passes, and where things go wrong. */
import { systemError } from './system-error.js'

/** The name of a call, as part of the names of choices. */
export type DiskCall =
  | 'open'
  | 'read'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'stat'
  | 'readdir'
  | 'readFile'
  | 'mkdir'
  | 'rename'
  | 'rm'
  | 'rmTree'
  | 'rmdir'
  | 'unlink'
  | 'readlink'
  | 'realpath'
  | 'statfs'
  | 'syncFolder'
  | 'chmod'
  | 'chown'
  | 'close'

/** The course of the calls of a process. */
export interface DiskCalls {
  /**
   * Makes a call.
   *
   * @param effect - is done at once or later, or never
   */
  call<Result>(call: DiskCall, path: string, effect: () => Result): Promise<Result>
  /**
   * Decides how many bytes a write takes, at the moment of its effect.
   *
   * @param bytes - that are to be written
   * @param growth - the number of them that are behind the end of the file
   * @returns from 1 to `bytes`
   * @throws `ENOSPC`: none
   */
  bytesTaken(path: string, bytes: number, growth: number): number
  /** Is called before a file or a folder is created; throws `ENOSPC` if there is no room. */
  creating(call: DiskCall, path: string): void
  /** Is called when a file is opened. */
  opened(): void
  /**
   * Is called when a file is closed.
   *
   * @returns whether the process still runs. The files of a process that was killed are closed when they are collected as
   *   garbage, at any time: that must change nothing
   */
  closed(): boolean
}

/** The error of a full disk. */
export function diskFull(call: DiskCall, path: string): NodeJS.ErrnoException {
  return systemError('ENOSPC', call, path)
}
