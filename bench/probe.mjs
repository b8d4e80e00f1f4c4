/** Loaded with --import: says, when the process ends, what it took. */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION = 5
const delay = process.env.BENCH_STALLS && monitorEventLoopDelay({ resolution: RESOLUTION })
delay && delay.enable()
/** For clients to call when all code is loaded, which blocks whoever does it. */
globalThis.benchBegin = () => delay && delay.reset()

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const report = { cpu: (userCPUTime + systemCPUTime) / 1e6, peak: maxRSS * 1024 }
  if (delay) report.stall = delay.max / 1e6 - RESOLUTION
  writeFileSync(process.env.BENCH_REPORT, JSON.stringify(report))
})
