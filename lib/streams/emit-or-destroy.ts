/** Events of streams whose requests must not be disturbed by what a listener throws. */
import { ListenerError } from '../errors.js'

interface Emitter {
  emit(event: string | symbol, ...args: unknown[]): boolean
}

/** The methods of a stream that are needed to report events. */
export interface Destroyable extends Emitter {
  destroy(error: Error): unknown
}

/** Emits an event. What a listener throws destroys the stream with a `ListenerError`, and is not thrown here. */
export function emitOrDestroy(stream: Destroyable, event: string, ...args: unknown[]): void {
  try {
    stream.emit(event, ...args)
  } catch (error) {
    stream.destroy(new ListenerError(event, error))
  }
}

/**
 * Emits an event.
 *
 * @throws {ListenerError} `ERR_LISTENER`: a listener threw
 */
export function emitChecked(emitter: Emitter, event: string, ...args: unknown[]): void {
  try {
    emitter.emit(event, ...args)
  } catch (error) {
    throw new ListenerError(event, error)
  }
}
