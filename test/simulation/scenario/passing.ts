/** The passing of time between the steps of a scenario. */
import type { World } from '../world/world.js'

/** Resolves when so much time has passed. */
export function passing({ scheduler }: World, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.after(milliseconds, resolve)
  })
}
