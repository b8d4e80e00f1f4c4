/** A range is delivered only if it was compared with a hash that the service states: a wrong one does not count. */
import type { Environment } from '../actors/environment.js'
import type { SimProcess } from '../world/sim-process.js'

/** Checks that a process has got an output with a right hash, or without one, for each range that it delivers. */
export function checkVerified({ service }: Environment, { name, world }: SimProcess, ranges: number): void {
  const outputs = service.history.records.filter(
    ({ who, operation, result, faults }) =>
      who === name && operation === 'jobOutput' && result === 'success' && !faults.includes('wrong-hash'),
  )
  if (outputs.length < ranges)
    world.fail(
      'a delivered range is verified',
      `${name} delivers ${ranges} ranges, and has got ${outputs.length} with a right hash`,
    )
}
