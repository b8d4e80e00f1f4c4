/** Listeners of events that throw. */
import type { SimProcess } from '../world/sim-process.js'

/** The error of a listener that throws. */
export class ListenerFailure extends Error {}

/** Throws if the listener of this event throws at this occasion. */
export function maybeThrow({ world, name }: SimProcess, event: string): void {
  if (!world.faults.happens('listener-threw', `${name}/${event}/listener`)) return
  world.note(name, () => `has a listener of ${event} that throws`)
  world.faults.tookEffect('listener-threw')
  throw new ListenerFailure(`The listener of ${event} throws.`)
}
