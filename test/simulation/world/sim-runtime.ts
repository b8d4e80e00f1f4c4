/** The runtime of a simulated process: the simulation's clock, time of day, random source, disk and process table. */
import { AbortError } from '../../../lib/errors.js'
import type { Clock } from '../../../lib/runtime/clock.js'
import type { FileSystem } from '../../../lib/runtime/file-system.js'
import type { Liveness, ProcessIdentity } from '../../../lib/runtime/process-identity.js'
import type { Runtime } from '../../../lib/runtime/runtime.js'
import { keyOf, type ProcessTable, type SimProcess } from './sim-process.js'

/** Makes the runtime of a process. */
export function runtimeOf(process: SimProcess, files: FileSystem, table: ProcessTable): Runtime {
  const { world, host, name } = process
  const hex = (bytes: number): string =>
    (world.number().toString(16).padStart(8, '0') + '0'.repeat(2 * bytes)).slice(0, 2 * bytes)
  return {
    clock: clockOf(process),
    wallClock: { now: () => Math.floor(world.scheduler.nowMs + host.clockOffsetMs) }, // whole, as Date.now()
    random: {
      uuid: () => `00000000-0000-4000-8000-${world.number().toString(16).padStart(12, '0')}`,
      hex,
    },
    files,
    processes: {
      current: async () => process.identity,
      livenessOf: async (other) => livenessOf(process, other, table),
    },
  }

  function clockOf({ sleeping }: SimProcess): Clock {
    return {
      now: () => world.scheduler.nowMs,
      random: () => world.jitter(name),
      async sleep(milliseconds, signal, { keepsAlive = true } = {}) {
        const count = keepsAlive ? 'keepingAlive' : 'others'
        sleeping[count]++
        try {
          await slept(milliseconds, signal)
        } finally {
          sleeping[count]--
        }
        await process.arrival()
      },
    }
  }

  function slept(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel()
        reject(new AbortError({ cause: signal?.reason }))
      }
      const cancel = world.scheduler.after(milliseconds, () => {
        signal?.removeEventListener('abort', abort)
        if (process.isRunning()) resolve()
      })
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }
}

/** As `livenessOf` of the library sees it: processes of another host are not visible. */
function livenessOf(own: SimProcess, other: ProcessIdentity, table: ProcessTable): Liveness {
  if (other.host !== own.host.name) return 'elsewhere'
  if (other.bootId !== own.identity.bootId) return 'dead'
  return table.get(keyOf(other))?.isRunning() === true ? 'alive' : 'dead'
}
