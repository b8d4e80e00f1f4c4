/** Ends a child process: signal after signal, with time between them in which the process may end by itself. */
import type { ChildProcess } from 'node:child_process'
import type { Clock } from '../runtime/clock.js'

/** Milliseconds that a process has after each signal. */
export const GRACE_MS = 5000

/** The signals to send, in order. `wait` sends none: the process has received the signal already. */
export type SignalSequence = readonly ('wait' | NodeJS.Signals)[]

/**
 * The signals that end a child process when this process stops.
 *
 * @param reason - the name of the signal that this process received; anything else if it stops for another reason
 * @param isInGroup - whether the child is in the process group of this process. A terminal sends SIGINT to the whole
 *   group. Many programs end at once at a second signal, and leave files behind, so it is not sent again
 */
export function signalsAfter(reason: unknown, isInGroup: boolean): SignalSequence {
  if (reason === 'SIGINT') return [isInGroup ? 'wait' : 'SIGINT', 'SIGTERM', 'SIGKILL']
  return reason === 'SIGHUP' ? ['SIGHUP', 'SIGTERM', 'SIGKILL'] : ['SIGTERM', 'SIGKILL']
}

/**
 * Ends a child process, and waits until it has ended. A process that may not be signalled, as one that `sudo` has started,
 * is not waited for after the last signal, and does not keep this process running.
 *
 * @param child - a process that was started. It has a listener for the event `error`
 */
export async function endProcess(child: ChildProcess, signals: SignalSequence, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new AbortController()
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      exit.abort()
      resolve()
    })
  })
  for (const signal of signals) {
    const isSent = signal === 'wait' || child.kill(signal)
    if (signal === 'SIGKILL' && isSent) {
      await exited
      return
    }
    await clock.sleep(GRACE_MS, exit.signal).catch(() => undefined)
    if (exit.signal.aborted) return
  }
  child.unref()
}
