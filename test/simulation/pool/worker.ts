/** A thread that runs seeds. It gets one order at a time, and responds to it with a result. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadScenario } from '../run/load-scenario.js'
import { catchUncaught } from '../run/uncaught.js'
import type { Network } from '../world/world.js'
import { explain } from './explain.js'
import { runSeeds, type SeedRange } from './run-seeds.js'

/** An order to a thread. */
export type Order =
  | ({ readonly what: 'run' } & SeedRange)
  | { readonly what: 'explain'; readonly seed: number; readonly network: Network }

const { scenarioUrl } = workerData as { scenarioUrl: string }
const scenario = await loadScenario(scenarioUrl)
catchUncaught()

parentPort?.on('message', (order: Order) => {
  const { what } = order
  const result = what === 'run' ? runSeeds(order, scenario) : explain(order.seed, order.network, scenario)
  void result.then((value) => parentPort?.postMessage(value))
})
