/** The lines of `catalog diff`. */
import type { Io } from '../../io.js'
import type { InventoryReadOptions } from '../../options/inventory-options.js'
import { formatSize } from '../../output/format.js'
import { printData, printJson } from '../../output/print.js'

/** Prints an archive that only one side has. A bucket counts as a vault. */
export async function printDifference(
  side: '+' | '-',
  archiveId: string,
  time: string,
  size: number,
  name: string,
  why: string,
  { json }: InventoryReadOptions,
  io: Io,
): Promise<void> {
  await (json
    ? printJson(io, { only: side === '+' ? 'vault' : 'catalog', archiveId, time, size, name, why })
    : printData(io, [side, time, formatSize(size).padStart(10), archiveId, name, `(${why})`].join('  ')))
}
