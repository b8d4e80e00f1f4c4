/** Breakages of the engine that the simulation must find: a test of the simulation. */

import type { Network } from '../world/world.js'

/** A breakage of one line of the engine. */
export interface Saboteur {
  /** Words with hyphens, such as `success-before-sync`. */
  readonly name: string
  /** The promise that it breaks. */
  readonly about: string
  /** The network of the runs that find it; default that of the command. */
  readonly network?: Network | undefined
  /** The file below `lib`. */
  readonly file: string
  /** A text that the file has exactly once. */
  readonly find: string
  /** The text that replaces it. */
  readonly replace: string
}

/**
 * Applies a breakage.
 *
 * @param source - the text of the file
 * @throws {Error} the file does not have the text exactly once
 */
export function sabotaged({ name, file, find, replace }: Saboteur, source: string): string {
  const found = source.split(find).length - 1
  if (found !== 1)
    throw new Error(`The saboteur ${name} must find its text once in lib/${file}, not ${found} times.`)
  return source.replace(find, () => replace)
}
