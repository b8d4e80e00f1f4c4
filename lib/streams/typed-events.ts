/**
 * Base classes of streams with events of their own. They are Node's classes with narrower types: a listener has typed
 * arguments, and the name of an unknown event does not compile. `declare` adds nothing at run time.
 *
 * A property may narrow the method that it replaces, because TypeScript compares the parameters of methods in both
 * directions. So each stream here can be passed wherever a Node.js stream is expected.
 */
import type { EventEmitter } from 'node:events'
import { Readable, Writable } from './node-streams.js'

/** Events by name, each with the arguments of its listeners. */
export type EventArguments<Events> = Record<keyof Events, unknown[]>

/** The arguments of an event without arguments. A listener may still declare one, as the `resolve` of a promise does. */
export type NoArguments = [nothing?: undefined]

/** The names of events. Numbers are excluded: Node.js does not accept them. */
export type EventName<Events> = keyof Events & (string | symbol)

/** The events of every event emitter. */
export interface EmitterEvents {
  /** A listener is added; emitted before it is. */
  newListener: [event: string | symbol, listener: (...args: never[]) => void]
  /** A listener was removed. */
  removeListener: [event: string | symbol, listener: (...args: never[]) => void]
  /** The errors of `error`, before its listeners are called. */
  [EventEmitter.errorMonitor]: [error: Error]
}

/** The events of Node's `Writable`. */
export interface WritableEvents extends EmitterEvents {
  /** The stream and its resources are closed; no other event follows. */
  close: NoArguments
  /** The stream accepts data again after `write()` returned `false`. */
  drain: NoArguments
  /** The stream failed. */
  error: [error: Error]
  /** `end()` was called, and all data is processed. */
  finish: NoArguments
  /** A readable stream is piped into this stream. */
  pipe: [source: Readable]
  /** A readable stream is no longer piped into this stream. */
  unpipe: [source: Readable]
}

/** The events of Node's `Readable`, whose chunks are of one type. */
export interface ReadableEvents<Chunk> extends EmitterEvents {
  /** The stream and its resources are closed; no other event follows. */
  close: NoArguments
  /** A chunk was read. A listener of this event starts the flow. */
  data: [chunk: Chunk]
  /** All data was read. */
  end: NoArguments
  /** The stream failed. */
  error: [error: Error]
  /** `pause()` was called. */
  pause: NoArguments
  /** Data can be read, or the end was reached. */
  readable: NoArguments
  /** `resume()` was called. */
  resume: NoArguments
}

/** A method that adds or removes a listener and returns the object it was called on. */
export type ListenerMethod<Events extends EventArguments<Events>, Self> = <Event extends EventName<Events>>(
  event: Event,
  listener: (...args: Events[Event]) => void,
) => Self

/** The method that removes all listeners, or those of one event. */
export type RemoveListenersMethod<Events, Self> = (event?: EventName<Events>) => Self

/** The method that counts the listeners of an event, or how often one of them was added. */
export type ListenerCountMethod<Events extends EventArguments<Events>> = <Event extends EventName<Events>>(
  event: Event,
  listener?: (...args: Events[Event]) => void,
) => number

/** The method that calls the listeners of an event; it returns `false` if the event has none. */
export type EmitMethod<Events> = (event: EventName<Events>, ...args: unknown[]) => boolean

/** A `Writable` that emits the given events, which include those of every `Writable`. */
export class TypedWritable<Events extends WritableEvents & EventArguments<Events>> extends Writable {
  /** Adds a listener. */
  declare on: ListenerMethod<Events, this>
  /** Adds a listener that is called once. */
  declare once: ListenerMethod<Events, this>
  declare off: ListenerMethod<Events, this>
  declare addListener: ListenerMethod<Events, this>
  /** The same as `off()`. */
  declare removeListener: ListenerMethod<Events, this>
  /** Adds a listener before the others. */
  declare prependListener: ListenerMethod<Events, this>
  /** Adds a listener before the others, which is called once. */
  declare prependOnceListener: ListenerMethod<Events, this>
  declare removeAllListeners: RemoveListenersMethod<Events, this>
  declare listenerCount: ListenerCountMethod<Events>
  /** Calls the listeners of an event. */
  declare emit: EmitMethod<Events>;
  /** Destroys the stream if it has not finished, and waits until it is closed. The types of Node.js 20 lack it. */
  declare [Symbol.asyncDispose]: () => Promise<void>
}

/** A `Readable` of one type of chunks that emits the given events, which include those of every `Readable`. */
export class TypedReadable<
  Chunk,
  Events extends ReadableEvents<Chunk> & EventArguments<Events>,
> extends Readable {
  /** Adds a listener. */
  declare on: ListenerMethod<Events, this>
  /** Adds a listener that is called once. */
  declare once: ListenerMethod<Events, this>
  declare off: ListenerMethod<Events, this>
  declare addListener: ListenerMethod<Events, this>
  /** The same as `off()`. */
  declare removeListener: ListenerMethod<Events, this>
  /** Adds a listener before the others. */
  declare prependListener: ListenerMethod<Events, this>
  /** Adds a listener before the others, which is called once. */
  declare prependOnceListener: ListenerMethod<Events, this>
  declare removeAllListeners: RemoveListenersMethod<Events, this>
  declare listenerCount: ListenerCountMethod<Events>
  /** Calls the listeners of an event. */
  declare emit: EmitMethod<Events>;
  /** Iterates over the chunks. */
  declare [Symbol.asyncIterator]: () => NodeJS.AsyncIterator<Chunk>
}
