/** A thread that runs seeds. It gets one order at a time, and responds to it with a result. */
import { parentPort, workerData } from 'node:worker_threads'
import { loadScenario } from '../run/load-scenario.js'
import { catchUncaught } from '../run/uncaught.js'
import { carryOut, type Order } from './seed-thread.js'

const { scenarioUrl } = workerData as { scenarioUrl: string }
const scenario = await loadScenario(scenarioUrl)
catchUncaught()

parentPort?.on('message', (order: Order) => {
  // A stack costs more than most steps. It is needed only in the run that is printed.
  Error.stackTraceLimit = order.what === 'run' ? 0 : 20
  void carryOut(order, scenario).then((result) => parentPort?.postMessage(result))
})
