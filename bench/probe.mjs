/** Loaded with --import: when the process ends, writes its CPU time, peak memory and longest block into `BENCH_REPORT`. */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5
const delay = process.env.BENCH_STALLS ? monitorEventLoopDelay({ resolution: RESOLUTION_MS }) : undefined
delay?.enable()
/** Clients call it once all their code is loaded: loading blocks the event loop of any program. */
globalThis.benchBegin = () => delay?.reset()

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const report = {
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    peak: maxRSS * 1024,
    stall: delay && delay.max / 1e6 - RESOLUTION_MS,
  }
  writeFileSync(process.env.BENCH_REPORT ?? '/dev/null', JSON.stringify(report))
})
