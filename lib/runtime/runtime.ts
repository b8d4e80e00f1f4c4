/**
 * The parts of the world that a simulation replaces. A function that needs one of them takes it from the runtime that it
 * is given; test/architecture.test.ts holds the list of the modules that may reach for the clock, the random source, the
 * disk or the process by themselves.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { systemClock, systemWallClock, type Clock, type WallClock } from './clock.js'
import type { FileSystem } from './file-system.js'
import { currentProcess, livenessOf, type Liveness, type ProcessIdentity } from './process-identity.js'
import { systemFiles } from './system-files.js'

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

/** The processes that share files and locks. */
export interface Processes {
  /** The identity of this process. */
  current(): Promise<ProcessIdentity>
  /** Whether another process is alive, as far as this process can see. */
  livenessOf(other: ProcessIdentity): Promise<Liveness>
}

/** The processes of this machine. */
export const systemProcesses: Processes = {
  current: () => currentProcess(),
  livenessOf: (other) => livenessOf(other),
}

/** Everything that a simulation replaces. */
export interface Runtime {
  /** Durations, pauses, and the randomness of pauses. */
  readonly clock: Clock
  /** The time of day. */
  readonly wallClock: WallClock
  /** Random IDs. */
  readonly random: RandomSource
  /** The disk. */
  readonly files: FileSystem
  /** This process and others. */
  readonly processes: Processes
}

/** The real clocks, random source, disk and processes. */
export const systemRuntime: Runtime = {
  clock: systemClock,
  wallClock: systemWallClock,
  random: systemRandom,
  files: systemFiles,
  processes: systemProcesses,
}

/** The real runtime, with another clock if one is given. */
export function runtimeWith(clock: Clock = systemClock): Runtime {
  return { ...systemRuntime, clock }
}
