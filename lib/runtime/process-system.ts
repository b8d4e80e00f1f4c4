/** The calls to the operating system that distinguish processes. Tests replace them to simulate other systems. */
import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'

/** Statements of an operating system about itself and its processes. */
export interface ProcessSystem {
  /** The ID of this process. */
  readonly pid: number
  /** The host's name. */
  hostname(): string
  /** Reads a file of text; rejects if it does not exist. */
  readFile(path: string): Promise<string>
  /** Reads a symbolic link; rejects if it does not exist. */
  readLink(path: string): Promise<string>
  /** Whether a process of this ID exists, of any owner. */
  exists(pid: number): boolean
  /** When a process started, as `ps` prints it; rejects if there is no such process, or no `ps`. */
  psStartTime(pid: number): Promise<string>
}

/**
 * Makes the {@link ProcessSystem} of a platform.
 *
 * @param kill - sends a signal; signal 0 checks that the process exists
 */
export function processSystem(
  platform: NodeJS.Platform = process.platform,
  kill: (pid: number, signal: 0) => void = process.kill.bind(process),
): ProcessSystem {
  return {
    pid: process.pid,
    hostname,
    readFile: (path) => readFile(path, 'utf8'),
    readLink: (path) => readlink(path),
    exists: (pid) => {
      try {
        kill(pid, 0)
        return true
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === 'EPERM' // it belongs to another user
      }
    },
    psStartTime: async (pid) => {
      if (platform === 'win32') throw new Error('Windows has no ps.')
      const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } // the same text for every user
      return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env })).stdout
    },
  }
}

/** The operating system this process runs on. */
export const SYSTEM: ProcessSystem = processSystem()
