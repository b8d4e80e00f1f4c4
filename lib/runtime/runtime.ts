/**
 * The parts of the world that a simulation replaces. A function that needs one of them takes it from the runtime that it
 * is given; no other module reads the clock, the random source, the disk or the process by itself.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { systemClock, type Clock } from './clock.js'

/** A source of random IDs. */
export interface RandomSource {
  /** A random UUID. */
  uuid(): string
  /** Random bytes, as lowercase hex. */
  hex(bytes: number): string
}

/** The random source of Node's `crypto`. */
export const systemRandom: RandomSource = {
  uuid: () => randomUUID(),
  hex: (bytes) => randomBytes(bytes).toString('hex'),
}

/** The clock, the random source, and whatever else a simulation replaces. */
export interface Runtime {
  readonly clock: Clock
  readonly random: RandomSource
  /** The time of day, in milliseconds since 1970. */
  readonly wallClock: { now(): number }
}

/** The real clock and random source. */
export const systemRuntime: Runtime = {
  clock: systemClock,
  random: systemRandom,
  wallClock: { now: () => Date.now() },
}
