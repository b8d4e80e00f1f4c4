/** The process as a command sees it. */
import { systemWallClock, type Clock, type WallClock } from '../runtime/clock.js'
import type { Readable, Writable } from '../streams/node-streams.js'

/** The streams, the environment and the signal of a command. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined }
  /** The descriptor of stdin, when bytes can be read directly from it. */
  readonly stdinFd?: number | undefined
  readonly stdout: Writable & {
    readonly isTTY?: boolean | undefined
    /** The width of the terminal in characters. */
    readonly columns?: number | undefined
  }
  /** Closes the descriptor of stdout, for a command that keeps running after its output. */
  readonly closeStdout?: (() => void) | undefined
  readonly stderr: Writable & {
    readonly isTTY?: boolean | undefined
    /** The width of the terminal in characters. */
    readonly columns?: number | undefined
  }
  readonly env: Readonly<Record<string, string | undefined>>
  /** Fires when the process is to stop. Its reason is the name of the system's signal. */
  readonly signal: AbortSignal
  /** Whether SIGHUP has no effect, as under `nohup`; default false. */
  readonly ignoresHangup?: boolean | undefined
  /** The clock for pauses between attempts; default the system's. */
  readonly clock?: Clock | undefined
  /** The time of day; default the system's. */
  readonly wallClock?: WallClock | undefined
}

/** The time of day at which a command runs, in milliseconds since 1970. */
export function nowMsOf({ wallClock = systemWallClock }: Pick<Io, 'wallClock'>): number {
  return wallClock.now()
}
