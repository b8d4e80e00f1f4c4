/**
 * The system's signals as an AbortSignal. The first stops the command cleanly; a second SIGINT or SIGTERM has the
 * system's default effect, which ends the process at once. Further hangups change nothing: a terminal that closes may
 * send several.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** Milliseconds after a stopped command until a thread that still waits, as for a device, is not waited for. */
const STUCK_MS = 1000

/** The part of the process that signals need. */
export type SignalledProcess = Pick<NodeJS.Process, 'pid' | 'on' | 'removeAllListeners' | 'kill'>

/**
 * Listens to signals.
 *
 * @param ignoresHangup - whether SIGHUP is to have no effect
 * @returns a signal whose reason is the name of the system's signal
 */
export function interruptOf(process: SignalledProcess, ignoresHangup: boolean): AbortSignal {
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (name === 'SIGHUP' && ignoresHangup) return
      interrupt.abort(name) // its first reason stays
      process.removeAllListeners('SIGINT')
      process.removeAllListeners('SIGTERM')
    })
  }
  return interrupt.signal
}

/**
 * Ends the process by the signal that stopped the command, unless it ends by itself: Node waits for a thread that cannot
 * be stopped.
 */
export function endBySignal(process: SignalledProcess, { reason }: AbortSignal): void {
  const name = reason as NodeJS.Signals // as `interruptOf` gives it
  setTimeout(() => {
    process.removeAllListeners(name)
    process.kill(process.pid, name)
  }, STUCK_MS).unref()
}

/**
 * Whether this process was started with SIGHUP ignored, as by `nohup`. Node restores the default effect at its start, so
 * that this process cannot know. What can be known is whether nohup started it, which most shells note in `_`, and on
 * Linux whether the parent process, such as a script, ignores SIGHUP itself.
 *
 * @param status - the text of `/proc/PID/status` of the parent process; `undefined` where there is none
 */
export function ignoresHangup(
  env: Readonly<Record<string, string | undefined>>,
  status: string | undefined,
): boolean {
  if (basename(env._ ?? '') === 'nohup') return true
  const [, digit = '0'] = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(status ?? '') ?? []
  return Number.parseInt(digit, 16) % 2 === 1 // SIGHUP is 1, the lowest bit
}

/** The status of a process as Linux states it; `undefined` on other systems. */
export function processStatus(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return undefined
  }
}
