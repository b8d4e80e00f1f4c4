/**
 * Errors that no code catches: they would end a real process. Node.js does not say of which run they are. If one run takes
 * place alone, they are its own; otherwise each run at the time becomes uncertain, and has to be repeated alone.
 */
import type { RunWorld } from './run-world.js'

const active = new Set<RunWorld>()

/** Calls a function while a world counts as active. */
export async function whileActive<Result>(world: RunWorld, run: () => Promise<Result>): Promise<Result> {
  active.add(world)
  try {
    return await run()
  } finally {
    active.delete(world)
  }
}

/** Makes uncaught errors a failure of the active world, instead of the end of this thread. */
export function catchUncaught(): void {
  process.on('uncaughtException', report)
  process.on('unhandledRejection', report)
}

/** Reports an error that was not caught. */
export function report(error: unknown): void {
  const [world] = active
  if (active.size === 1 && world)
    world.fail('uncaught', error instanceof Error ? (error.stack ?? error.message) : String(error))
  else for (const other of active) other.isUncertain = true
}
