/**
 * The signals of callers. One signal may end any number of transfers, each with many requests. All of them together add
 * one listener to it, because Node.js warns from the eleventh on. It is removed when the last transfer has ended.
 */
import { setMaxListeners } from 'node:events'
import { AbortError } from '../errors.js'

/** The functions to call when a signal fires. */
const actionsOf = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls a function when a signal fires, or at once if it has already fired.
 *
 * @param action - must not throw
 * @returns a function that removes the action
 * @throws {TypeError} the value is not an AbortSignal
 */
export function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
  if (!signal) return () => undefined
  if (typeof signal !== 'object' || !('addEventListener' in signal))
    throw new TypeError('The signal must be an AbortSignal.')
  if (signal.aborted) {
    action()
    return () => undefined
  }
  const actions = actionsOf.get(signal) ?? startListening(signal)
  const entry = (): void => {
    action() // a function of its own: the same action may be passed twice
  }
  actions.add(entry)
  return () => {
    if (actions.delete(entry) && actions.size === 0) stopListening(signal)
  }
}

/**
 * Destroys a stream with an `AbortError` when a signal fires, until the stream is closed.
 *
 * @throws {TypeError} the value is not an AbortSignal
 */
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
  /** The signal; it may have any number of listeners. */
  readonly signal: AbortSignal
  /** Fires this signal, and not the other one. */
  readonly abort: (reason?: unknown) => void
  /** Separates this signal from the other one. */
  readonly release: () => void
}

/**
 * Makes a signal that fires with the signal of the caller, and that may have many listeners. Unlike `AbortSignal.any`,
 * which keeps about 2 KiB for each call on Node.js 20 and 22, it leaves nothing behind.
 *
 * @throws {TypeError} the value is not an AbortSignal
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

function startListening(signal: AbortSignal): Set<() => void> {
  const actions = new Set<() => void>()
  actionsOf.set(signal, actions)
  signal.addEventListener('abort', fire)
  return actions
}

function stopListening(signal: AbortSignal): void {
  actionsOf.delete(signal)
  signal.removeEventListener('abort', fire)
}

function fire(this: AbortSignal): void {
  const actions = actionsOf.get(this)
  stopListening(this)
  actions?.forEach((action) => {
    action()
  })
}
