/** Events of streams whose requests must not be disturbed by what a listener throws. */
import { ListenerError } from '../errors.js'

/** What is needed of a stream. */
interface Destroyable {
  emit(event: string, ...args: unknown[]): boolean
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
