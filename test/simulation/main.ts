/** The process of `npm run simulate`. */
import { simulate } from './command/simulate.js'

const code = {
  workerUrl: new URL('./pool/worker.js', import.meta.url).href,
  scenarioUrl: new URL('./scenario.js', import.meta.url).href,
}
process.exitCode = await simulate(process.argv.slice(2), code, {
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  root: process.cwd(),
})
