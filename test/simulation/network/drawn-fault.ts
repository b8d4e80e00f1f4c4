/** The choice of the fault of a request, which is the same at the port and below the SDK. */
import type { FaultKind } from '../world/faults.js'
import type { SimProcess } from '../world/sim-process.js'

/** Kinds of faults, each with the function that makes the course of a request. */
export type FaultTable<Maker> = readonly (readonly [FaultKind, Maker])[]

/**
 * Decides which fault a request has, in the order of the tables.
 *
 * @param name - of the request, in the names of choices
 * @returns the function that makes its course; `undefined` if it has none
 */
export function drawnFault<Maker>(
  { world: { faults } }: SimProcess,
  name: string,
  ...tables: readonly FaultTable<Maker>[]
): Maker | undefined {
  for (const table of tables)
    for (const [kind, maker] of table)
      if (faults.rate(kind) > 0 && faults.happens(kind, `${name}/${kind}`)) return maker
  return undefined
}
