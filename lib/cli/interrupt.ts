/**
 * The system's signals as an AbortSignal. The first stops the command cleanly; a second SIGINT or SIGTERM has the
 * system's default effect, which ends the process at once. Further hangups change nothing: a terminal that closes may
 * send several.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** The time after which a stopped command no longer waits for a thread that is stuck, as in a read of a device. */
const STUCK_MS = 1000

/** The members of the process that are needed for signals. */
export type SignalledProcess = Pick<NodeJS.Process, 'pid' | 'on' | 'removeAllListeners' | 'kill'>

/**
 * Listens to signals.
 *
 * @param ignoresHangup - whether SIGHUP has no effect
 * @returns a signal whose reason is the name of the system's signal
 */
export function interruptOf(process: SignalledProcess, ignoresHangup: boolean): AbortSignal {
  const interrupt = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (name === 'SIGHUP' && ignoresHangup) return
      interrupt.abort(name) // the first reason stays
      process.removeAllListeners('SIGINT')
      process.removeAllListeners('SIGTERM')
    })
  }
  return interrupt.signal
}

/**
 * Ends the process with the signal that stopped the command, unless the process ends by itself. Node waits for threads that
 * cannot be stopped.
 */
export function endBySignal(process: SignalledProcess, { reason }: AbortSignal): void {
  const name = reason as NodeJS.Signals // as `interruptOf` sets it
  setTimeout(() => {
    process.removeAllListeners(name)
    process.kill(process.pid, name)
  }, STUCK_MS).unref()
}

/**
 * Whether this process was probably started with SIGHUP ignored, as by `nohup`. Node restores the default effect when it
 * starts, so the process cannot see it. It can see whether nohup started it, which most shells record in `_`, and on Linux
 * whether the parent process, such as a script, ignores SIGHUP.
 *
 * @param status - the text of `/proc/PID/status` of the parent process; `undefined` on systems without it
 */
export function ignoresHangup(
  env: Readonly<Record<string, string | undefined>>,
  status: string | undefined,
): boolean {
  if (basename(env._ ?? '') === 'nohup') return true
  const [, digit = '0'] = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(status ?? '') ?? []
  return Number.parseInt(digit, 16) % 2 === 1 // SIGHUP is 1, the lowest bit
}

/** The text of `/proc/PID/status`; `undefined` on systems without it. */
export function processStatus(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return undefined
  }
}
