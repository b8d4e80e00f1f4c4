/** A range is delivered only if it was compared with a hash that the service states: a wrong one does not count. */
import type { SharedEnvironment } from '../actors/environment.js'
import type { SimProcess } from '../world/sim-process.js'

/** Checks that a process has got an output with a right hash, or without one, for each range that it delivers. */
export function checkVerified(
  { service }: SharedEnvironment,
  { name, world }: SimProcess,
  ranges: number,
): void {
  const outputs = service.history.records.filter(
    ({ who, operation, result, faults }) =>
      who === name &&
      result === 'success' &&
      (operation === 'jobOutput' || operation === 'getObject') &&
      // The hashes of the parts of an object are stated before: bytes that were damaged do not have them.
      !faults.includes('wrong-hash') &&
      !(operation === 'getObject' && (faults.includes('body-damaged') || faults.includes('body-cut'))),
  )
  if (outputs.length < ranges)
    world.fail(
      'a delivered range is verified',
      `${name} delivers ${ranges} ranges, and has got ${outputs.length} with a right hash`,
    )
}
