/** Events of one object that another object emits as well. */

/**
 * Forwards events. An error that `emit` throws is that of a listener, and is thrown to the object that emits the event.
 *
 * @param events - the names of the events
 * @param emit - emits an event of the other object
 */
export function forwardEvents<Name extends string>(
  source: { on(event: Name, listener: (...args: unknown[]) => void): unknown },
  events: Readonly<Record<Name, true>>,
  emit: (event: Name, ...args: unknown[]) => void,
): void {
  for (const event of Object.keys(events) as Name[])
    source.on(event, (...args: unknown[]) => {
      emit(event, ...args)
    })
}
