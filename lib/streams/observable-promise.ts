/**
 * A promise with typed events, as the result of a transfer.
 *
 * - The work begins at once, and no event is emitted before the first microtask: the caller that makes the promise can add the
 *   listeners in the same turn.
 * - What a listener throws makes the work fail, as with the streams here: the emit call throws a `ListenerError`.
 * - No event is emitted once the work has ended.
 */
import { EventEmitter } from 'node:events'
import { emitChecked } from './emit-or-destroy.js'
import type { EventArguments, EventName } from './typed-events.js'

/**
 * A promise that emits events until it is settled. It emits no `error` event: the promise itself is rejected.
 *
 * A listener that throws makes the promise reject with a `ListenerError` (`ERR_LISTENER`), whose `cause` is what it
 * threw. `then()`, `catch()` and `finally()` return plain promises.
 */
export class ObservablePromise<Result, Events extends EventArguments<Events>> extends Promise<Result> {
  /** The class of the promises that `then()`, `catch()` and `finally()` return. */
  static override readonly [Symbol.species]: PromiseConstructor = Promise

  readonly #emitter: EventEmitter

  /**
   * @param run - begins the work, which must not emit before `run` returns. The `emit` that it is given throws a
   *   `ListenerError` if a listener throws; the work must then reject with it. After the work has ended, `emit` does
   *   nothing.
   */
  constructor(run: (emit: (event: EventName<Events>, ...args: unknown[]) => void) => Promise<Result>) {
    const emitter = new EventEmitter()
    let hasBegun = false
    let hasEnded = false
    super((resolve) => {
      const work = run((event, ...args) => {
        if (!hasBegun)
          throw new Error(`The event '${String(event)}' was emitted before a listener could be added.`)
        if (!hasEnded) emitChecked(emitter, event, ...args)
      })
      hasBegun = true
      resolve(
        work.finally(() => {
          hasEnded = true
        }),
      )
    })
    this.#emitter = emitter
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
