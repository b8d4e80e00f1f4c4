/** Events whose listeners may throw without disturbing the requests under way. */
import { ListenerError } from '../errors.js'

interface Emitter {
  emit(event: string | symbol, ...args: unknown[]): boolean
}

/** The methods of a stream that are needed to report events. */
export interface Destroyable extends Emitter {
  /** Ends the stream with an error. */
  destroy(error: Error): unknown
}

/** Emits an event. An error of a listener destroys the stream with a `ListenerError`; nothing is thrown here. */
export function emitOrDestroy(stream: Destroyable, event: string, ...args: unknown[]): void {
  try {
    stream.emit(event, ...args)
  } catch (error) {
    stream.destroy(listenerError(event, error))
  }
}

/**
 * Emits an event.
 *
 * @throws {ListenerError} `ERR_LISTENER`: a listener threw
 */
export function emitChecked(emitter: Emitter, event: string | symbol, ...args: unknown[]): void {
  try {
    emitter.emit(event, ...args)
  } catch (error) {
    throw listenerError(event, error)
  }
}

/** The listener may itself emit the event of another object, as a promise does for its stream: then one error is enough. */
function listenerError(event: string | symbol, error: unknown): ListenerError {
  return error instanceof ListenerError ? error : new ListenerError(String(event), error)
}
