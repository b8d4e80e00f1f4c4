/**
 * Base classes for streams with events of their own. They are Node's classes with narrower types: a listener knows its
 * arguments, and a misspelled event does not compile. Nothing is added at run time.
 *
 * The interfaces may narrow what they inherit because method parameters are compared in both directions.
 */
import type { EventEmitter } from 'node:events'
import type { ReadableOptions, WritableOptions } from 'node:stream'
import { Readable, Writable } from './node-streams.js'

/** Events by name, each with the arguments of its listeners. */
export type EventArguments<Events> = Record<keyof Events, unknown[]>

/** The arguments of an event that has none. A listener may still declare one, as the `resolve` of a promise does. */
export type NoArguments = [nothing?: undefined]

/** The events of every event emitter. */
export interface EmitterEvents {
  newListener: [event: string | symbol, listener: (...args: never[]) => void]
  removeListener: [event: string | symbol, listener: (...args: never[]) => void]
  /** The errors of `error`, before its listeners are called. */
  [EventEmitter.errorMonitor]: [error: Error]
}

/** The events of Node's `Writable`. */
export interface WritableEvents extends EmitterEvents {
  close: NoArguments
  drain: NoArguments
  error: [error: Error]
  finish: NoArguments
  pipe: [source: Readable]
  unpipe: [source: Readable]
}

/** The events of Node's `Readable`, whose chunks are of one type. */
export interface ReadableEvents<Chunk> extends EmitterEvents {
  close: NoArguments
  data: [chunk: Chunk]
  end: NoArguments
  error: [error: Error]
  pause: NoArguments
  readable: NoArguments
  resume: NoArguments
}

/** The names of events. Without numbers, which Node does not take. */
export type EventName<Events> = keyof Events & (string | symbol)

/** A method that adds or removes a listener. */
export type ListenerMethod<Events extends EventArguments<Events>, Stream> = <Event extends EventName<Events>>(
  event: Event,
  listener: (...args: Events[Event]) => void,
) => Stream

/** A `Writable` that emits the given events, which include those of every `Writable`. */
export interface TypedWritable<Events extends WritableEvents & EventArguments<Events>> extends Writable {
  addListener: ListenerMethod<Events, this>
  on: ListenerMethod<Events, this>
  once: ListenerMethod<Events, this>
  prependListener: ListenerMethod<Events, this>
  prependOnceListener: ListenerMethod<Events, this>
  off: ListenerMethod<Events, this>
  removeListener: ListenerMethod<Events, this>
  removeAllListeners(event?: EventName<Events>): this
  listenerCount<Event extends EventName<Events>>(
    event: Event,
    listener?: (...args: Events[Event]) => void,
  ): number
  emit(event: EventName<Events>, ...args: unknown[]): boolean
  /** Destroys the stream where it has not finished, and waits until it has closed. */
  [Symbol.asyncDispose](): Promise<void>
}

/** A `Readable` of one type of chunks that emits the given events, which include those of every `Readable`. */
export interface TypedReadable<
  Chunk,
  Events extends ReadableEvents<Chunk> & EventArguments<Events>,
> extends Readable {
  addListener: ListenerMethod<Events, this>
  on: ListenerMethod<Events, this>
  once: ListenerMethod<Events, this>
  prependListener: ListenerMethod<Events, this>
  prependOnceListener: ListenerMethod<Events, this>
  off: ListenerMethod<Events, this>
  removeListener: ListenerMethod<Events, this>
  removeAllListeners(event?: EventName<Events>): this
  listenerCount<Event extends EventName<Events>>(
    event: Event,
    listener?: (...args: Events[Event]) => void,
  ): number
  emit(event: EventName<Events>, ...args: unknown[]): boolean
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Chunk>
}

/** Every supported Node.js has the method; the types of version 20 lack it. */
const Disposing = Writable as unknown as new (options?: WritableOptions) => Writable & AsyncDisposable

/** `Writable` as the base class of a {@link TypedWritable}. */
export const TypedWritable = Disposing as new <Events extends WritableEvents & EventArguments<Events>>(
  options?: WritableOptions,
) => TypedWritable<Events>

/** `Readable` as the base class of a {@link TypedReadable}. */
export const TypedReadable: new <Chunk, Events extends ReadableEvents<Chunk> & EventArguments<Events>>(
  options?: ReadableOptions,
) => TypedReadable<Chunk, Events> = Readable
