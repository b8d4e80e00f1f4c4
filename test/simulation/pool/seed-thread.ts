/** A thread of the pool, and the orders that it takes. */
import type { Scenario } from '../run/run.js'
import type { Network } from '../world/world.js'
import { explain } from './explain.js'
import { runSeeds, type SeedRange } from './run-seeds.js'

/** An order to a thread: to run seeds, with the response {@link Totals}, or to explain a failed one. */
export type Order =
  | ({ readonly what: 'run' } & SeedRange)
  | { readonly what: 'explain'; readonly seed: number; readonly network: Network }

/** A run has stopped its thread: it did not return to the event loop, or used up the memory. */
export class ThreadLostError extends Error {}

/** A thread that carries out one order at a time. */
export interface SeedThread {
  /**
   * Carries out an order.
   *
   * @param limitMs - the time within which the thread must respond
   * @throws {ThreadLostError} it did not, or has used up the memory; it takes no more orders
   */
  carryOut(order: Order, limitMs: number): Promise<unknown>
  /** Ends the thread. */
  end(): Promise<void>
}

/** Carries out an order. */
export function carryOut(order: Order, scenario: Scenario): Promise<unknown> {
  return order.what === 'run' ? runSeeds(order, scenario) : explain(order.seed, order.network, scenario)
}
