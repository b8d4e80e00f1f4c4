/**
 * The signals of callers. One signal may end any number of transfers, and each of them has many requests. All of them
 * together add one listener to it: Node warns from the eleventh on. When the last has ended, none is left.
 */
import { setMaxListeners } from 'node:events'
import { AbortError } from '../errors.js'

/** For each signal that is waited for, what to do when it fires. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls a function when a signal fires, or at once where it has.
 *
 * @param act - must not throw
 * @returns stops waiting
 * @throws {TypeError} it is no AbortSignal
 */
export function onAbort(signal: AbortSignal | undefined, act: () => void): () => void {
  if (!signal) return () => undefined
  if (typeof signal !== 'object' || !('addEventListener' in signal))
    throw new TypeError('The signal must be an AbortSignal.')
  if (signal.aborted) {
    act()
    return () => undefined
  }
  const acts = waiting.get(signal) ?? startedWaiting(signal)
  const own = (): void => {
    act() // a function of its own: the same `act` may be given twice
  }
  acts.add(own)
  return () => {
    if (acts.delete(own) && acts.size === 0) stopWaiting(signal)
  }
}

/** Destroys a stream with an `AbortError` when a signal fires, until the stream has closed; throws as {@link onAbort}. */
export function destroyOnAbort(
  signal: AbortSignal | undefined,
  stream: { destroy(error: Error): unknown; once(event: 'close', listener: () => void): unknown },
): void {
  if (!signal) return
  const stop = onAbort(signal, () => stream.destroy(new AbortError({ cause: signal.reason })))
  stream.once('close', stop)
}

/** A signal that fires with another one, until it is released. */
export interface FollowingSignal {
  /** Takes any number of listeners. */
  readonly signal: AbortSignal
  /** Fires this signal alone. */
  readonly abort: (reason?: unknown) => void
  /** Ends the following. */
  readonly release: () => void
}

/**
 * Gives a signal that many can listen to, and that fires with the caller's; throws as {@link onAbort}. Unlike
 * `AbortSignal.any`, which on Node 20 and 22 keeps some 2 KiB for each call, it leaves nothing behind.
 */
export function following(caller: AbortSignal | undefined): FollowingSignal {
  const own = new AbortController()
  setMaxListeners(0, own.signal)
  const release = onAbort(caller, () => {
    own.abort(caller?.reason)
  })
  const abort = (reason?: unknown): void => {
    own.abort(reason)
  }
  return { signal: own.signal, abort, release }
}

function startedWaiting(signal: AbortSignal): Set<() => void> {
  const acts = new Set<() => void>()
  waiting.set(signal, acts)
  signal.addEventListener('abort', fire)
  return acts
}

function stopWaiting(signal: AbortSignal): void {
  waiting.delete(signal)
  signal.removeEventListener('abort', fire)
}

function fire(this: AbortSignal): void {
  const acts = waiting.get(this)
  stopWaiting(this)
  acts?.forEach((act) => {
    act()
  })
}
