/** The silence of what is outside of the engine: of a source, or of a consumer. */
import type { SimProcess } from '../world/sim-process.js'

/** Resolves when so much time has passed for a process. No timer of the process itself is involved. */
export async function silence(process: SimProcess, minutes: number): Promise<void> {
  await new Promise<void>((resolve) => {
    process.world.scheduler.after(minutes * 60_000, resolve)
  })
  await process.arrival()
}
