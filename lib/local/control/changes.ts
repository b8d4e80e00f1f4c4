/** The controls that change something. None of them is a GET. */
import type { FaultRule } from '../faults/faults.js'
import type { JobDelay } from '../realism/job-delay.js'
import type { Act } from './control-context.js'
import { neededText, numberIn, textIn } from './control-body.js'

/** By method and path below `/.control/`. */
export const CHANGES: Readonly<Record<string, Act>> = {
  'POST clock': ({ control }, { advance }) => {
    control.advanceClock(numberIn('advance', advance))
    return { time: control.time.toISOString() }
  },
  'PUT job-delay': ({ control }, { milliseconds, jobDelay }) => {
    // It checks what it is given.
    control.setJobDelay((jobDelay as JobDelay | undefined) ?? numberIn('milliseconds', milliseconds))
    return {}
  },
  'POST jobs/complete': async ({ control }, { vaultName, ...place }) => ({
    jobs: await control.completeJobs(textIn('vaultName', vaultName), place), // it checks what it is given
  }),
  'POST jobs/fail': async ({ control }, { statusMessage = 'Failed by a control', vaultName, ...place }) => ({
    jobs: await control.failJobs(
      textIn('statusMessage', statusMessage) as string, // has a default
      textIn('vaultName', vaultName),
      place,
    ),
  }),
  'POST inventory': async ({ control }, { vaultName, ...place }) =>
    control.takeInventory(neededText('vaultName', vaultName), place),
  'POST faults': ({ faults }, rule) => {
    faults.add(rule as unknown as FaultRule) // it checks what it is given
    return { faults: faults.list() }
  },
  'DELETE faults': ({ faults }) => {
    faults.clear()
    return { faults: [] }
  },
}
