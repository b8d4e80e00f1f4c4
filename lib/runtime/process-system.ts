/** The calls to the operating system that tell processes apart. Tests replace them to stand in for other systems. */
import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'

/** What an operating system states about itself and its processes. */
export interface ProcessSystem {
  /** The ID of this process. */
  readonly pid: number
  hostname(): string
  /** Reads a file of text; rejects where there is none. */
  readFile(path: string): Promise<string>
  /** Reads a symbolic link; rejects where there is none. */
  readLink(path: string): Promise<string>
  /** Whether a process of this ID exists, whoever owns it. */
  exists(pid: number): boolean
  /** When a process started, as `ps` prints it; rejects where there is no such process, or no `ps`. */
  psStartTime(pid: number): Promise<string>
}

/** A {@link ProcessSystem} for a platform, over the calls it makes. */
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
      const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } // the same text for everybody
      return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env })).stdout
    },
  }
}

/** The operating system this process runs on. */
export const SYSTEM: ProcessSystem = processSystem()
