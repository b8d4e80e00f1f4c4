/** A promise with typed events, as the result of a transfer. */
import { EventEmitter } from 'node:events'
import type { EventArguments, EventName } from './typed-events.js'

/**
 * A promise that emits events until it is settled. It emits no `error` event: the promise itself is rejected.
 *
 * `then()`, `catch()` and `finally()` return plain promises.
 */
export class ObservablePromise<Result, Events extends EventArguments<Events>> extends Promise<Result> {
  readonly #emitter: EventEmitter

  /** @param run - begins the work; its listeners are added before it emits, since it must not emit synchronously */
  constructor(run: (emit: (event: EventName<Events>, ...args: unknown[]) => void) => Promise<Result>) {
    const emitter = new EventEmitter()
    super((resolve) => {
      resolve(
        run((event, ...args) => {
          emitter.emit(event, ...args)
        }),
      )
    })
    this.#emitter = emitter
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  /** Adds a listener. */
  on<Event extends EventName<Events>>(event: Event, listener: (...args: Events[Event]) => void): this {
    this.#emitter.on(event, listener as (...args: unknown[]) => void)
    return this
  }

  /** Adds a listener that is called once. */
  once<Event extends EventName<Events>>(event: Event, listener: (...args: Events[Event]) => void): this {
    this.#emitter.once(event, listener as (...args: unknown[]) => void)
    return this
  }

  /** Removes a listener. */
  off<Event extends EventName<Events>>(event: Event, listener: (...args: Events[Event]) => void): this {
    this.#emitter.off(event, listener as (...args: unknown[]) => void)
    return this
  }
}
