/** The process of `npm run simulate`. */
import { simulate } from './command/simulate.js'
import { WorkerThread } from './pool/thread.js'
import { loadScenario } from './run/load-scenario.js'

const workerUrl = new URL('./pool/worker.js', import.meta.url).href
const scenarioUrl = new URL('./scenario.js', import.meta.url).href

process.exitCode = await simulate(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  root: process.cwd(),
  startThread: () => new WorkerThread({ workerUrl, scenarioUrl }),
  loadScenario: () => loadScenario(scenarioUrl),
})
